//! What earlier signatures allow to be added (ISO 32000-1 §12.8.2.2; ISO 32000-2 §12.8.2.2.2 for approval signatures).
//!
//! An author certifies with the changes that keep it valid: 1 none, 2 forms and further signatures, 3 annotations too. A
//! signature is forbidden by 1 alone; validation data and document time stamps by nothing.

use crate::{sign::SignError, standing::Standing};
use lopdf::{Dictionary, Object};

/// May one more person or body sign?
pub(crate) fn signature(standing: &Standing, is_unseen: bool) -> Result<(), SignError> {
    field(standing)?;
    let signed = signatures(standing).into_iter().filter_map(|signature| most_allowed(standing, signature));
    let restrictions: Vec<i64> = signed.chain(certification(standing)).collect();
    match restrictions.iter().all(|most| matches!(most, 2 | 3)) {
        false => Err(SignError::Certified),
        // pyHanko calls a certification broken by a field that is seen; Acrobat does not.
        true if !restrictions.is_empty() && !is_unseen => Err(SignError::OnlyUnseen),
        true => Ok(()),
    }
}

/// May one more field stand in the form, be it for a time stamp?
pub(crate) fn field(standing: &Standing) -> Result<(), SignError> {
    if standing.form().1.has(b"XFA") {
        return Err(SignError::Xfa);
    }
    update(standing)
}

/// May anything be appended?
pub(crate) fn update(standing: &Standing) -> Result<(), SignError> {
    let is_hybrid = !standing.document.reference_table.entries.is_empty();
    if is_hybrid && !signatures(standing).is_empty() {
        return Err(SignError::Hybrid);
    }
    Ok(())
}

/// Every signature dictionary that a field of the form holds.
fn signatures(standing: &Standing) -> Vec<&Dictionary> {
    let held = standing.document.objects.values().filter_map(|object| {
        let field = object.as_dict().ok().filter(|field| field.has(b"V"))?;
        field.get_deref(b"V", &standing.document).ok()?.as_dict().ok()
    });
    held.filter(|value| value.has(b"ByteRange")).collect()
}

/// What the author's certification allows. One that says nothing readable allows nothing.
fn certification(standing: &Standing) -> Option<i64> {
    const NOTHING: i64 = 1;
    let permissions = standing.catalog.get_deref(b"Perms", &standing.document).ok()?.as_dict().ok()?;
    let signature = permissions.get(b"DocMDP").ok()?;
    let read =
        standing.document.dereference(signature).ok().and_then(|(_, signature)| signature.as_dict().ok());
    Some(read.and_then(|signature| most_allowed(standing, signature)).unwrap_or(NOTHING))
}

/// The lowest `/P` of the transforms of a signature; nothing where it restricts nothing.
fn most_allowed(standing: &Standing, signature: &Dictionary) -> Option<i64> {
    let document = &standing.document;
    let references = signature.get_deref(b"Reference", document).and_then(Object::as_array).ok()?;
    let restriction = |reference: &Object| {
        let reference = document.dereference(reference).ok()?.1.as_dict().ok()?;
        let method = reference.get_deref(b"TransformMethod", document).and_then(Object::as_name).ok()?;
        let parameters = reference.get_deref(b"TransformParams", document).and_then(Object::as_dict).ok();
        let most = parameters.and_then(|parameters| parameters.get_deref(b"P", document).ok()?.as_i64().ok());
        // Two is what the standard says of a certification that does not say it.
        if method == b"DocMDP" { Some(most.unwrap_or(2)) } else { most }
    };
    references.iter().filter_map(restriction).min()
}

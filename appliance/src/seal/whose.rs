//! Whose signature block: minutes have one for the secretary and one for the chair, a joint plan one for the head and one
//! for the union. Each signature is proposed over its own name.

use office::kit::text::fold;
use office::letters::Letter;
use office::{Viewer, delegations::Delegation};
use paper::place::Found;

/// Whose block is looked for on the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Whose {
    /// Names under it, the likeliest first.
    #[arg(long)]
    signer: Vec<String>,
    /// What may stand over it, where a draft has no name yet.
    #[arg(long, default_value = "")]
    title: String,
    /// Others sign the paper, too: a block with neither name nor title is not hers.
    #[arg(long)]
    one_of_several: bool,
}

impl Whose {
    /// The block of this person on this document; `held` is what she may sign in the head's place today.
    pub(super) fn of(letter: &Letter, viewer: &Viewer, held: &[Delegation]) -> Self {
        let own = letter.signers.iter().find(|signer| signer.person.id == viewer.id);
        let for_head = || {
            let given = |head| held.iter().any(|held| held.from.id == head);
            letter.signers.iter().find(|signer| given(signer.person.id))
        };
        let seat = own.or_else(for_head);
        let mut signer = vec![viewer.name.clone()];
        signer.extend(seat.map(|seat| seat.person.name.clone()).filter(|name| *name != viewer.name));
        let titled = held.first().filter(|_| own.is_none()).map(|held| held.title.clone());
        let title = seat.map(|seat| seat.title.clone()).filter(|title| !title.is_empty()).or(titled);
        Self { signer, title: title.unwrap_or_default(), one_of_several: letter.signers.len() > 1 }
    }

    /// As the child takes it.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<_> = self.signer.iter().map(|name| format!("--signer={name}")).collect();
        arguments.push(format!("--title={}", self.title));
        if self.one_of_several {
            arguments.push("--one-of-several".into());
        }
        arguments
    }

    /// Hers among the blocks of a file, the document's own first.
    pub(super) fn pick(&self, blocks: Vec<Found>) -> Option<Found> {
        let named = |name: &String| {
            let wanted = fold(name);
            // A degree may stand before the name.
            let is_hers = |found: &Found| {
                let name = fold(&found.name);
                name.strip_suffix(&wanted)
                    .is_some_and(|degree| degree.is_empty() || degree.trim_end().ends_with('.'))
            };
            blocks.iter().position(is_hers)
        };
        let title = fold(&self.title);
        let is_titled =
            |found: &Found| !title.is_empty() && found.title.lines().any(|line| fold(line) == title);
        let at = self.signer.iter().find_map(named).or_else(|| blocks.iter().position(is_titled));
        let at = at.or((!self.one_of_several).then_some(0))?;
        blocks.into_iter().nth(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes() -> Vec<Found> {
        let pdf = include_bytes!("../../../tests/fixtures/blocks/minutes.pdf");
        paper::place::blocks(pdf).unwrap()
    }

    #[test]
    fn everybody_signs_over_her_own_name_or_under_her_title_and_nobody_over_anothers() {
        let table: [(&[&str], &str, bool, Option<&str>); 8] = [
            (&["Vũ Thị Hà"], "", true, Some("Vũ Thị Hà")),
            (&["Trịnh Quốc Bảo"], "", true, Some("Trịnh Quốc Bảo")),
            (&["VŨ THỊ HÀ"], "Chủ tọa", true, Some("Vũ Thị Hà")),
            (&["Lê Thị Thư"], "Thư ký", true, Some("Vũ Thị Hà")),
            (&["Lê Thị Thư"], "Kế toán", true, None),
            (&["Lê Thị Thư", "Trịnh Quốc Bảo"], "", true, Some("Trịnh Quốc Bảo")),
            (&["Hà Thị"], "", true, None),
            (&[], "", false, Some("Trịnh Quốc Bảo")),
        ];
        for (names, title, one_of_several, hers) in table {
            let signer: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let whose = Whose { signer, title: title.into(), one_of_several };
            let found = whose.pick(minutes());
            assert_eq!(found.as_ref().map(|found| found.name.as_str()), hers, "{whose:?}");
        }
    }
}

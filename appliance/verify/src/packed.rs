//! Unpacking of cross-reference and object streams (ISO 32000-1 §7.4.4): Flate and PNG predictors, which is what every
//! writer uses for them. Page contents are never unpacked: whether they changed is seen from their bytes.

use crate::{
    Fault,
    budget::Budget,
    object::{Dict, Object},
};
use std::io::Read;

pub(crate) fn unpack(dict: &Dict, data: &[u8], budget: &Budget) -> Result<Vec<u8>, Fault> {
    let filter = only(dict.get("Filter"))?;
    let parameters = only(dict.get("DecodeParms"))?;
    let unpacked = match filter {
        None => {
            if data.len() > budget.unpacked() {
                return Err(budget.overdrawn());
            }
            data.to_vec()
        }
        Some(name) if name.is_name("FlateDecode") => inflate(data, budget)?,
        Some(_) => return Err(Fault::Syntax("a packed stream with another filter than Flate")),
    };
    budget.charge_unpacked(unpacked.len());
    match parameters.and_then(Object::as_dict) {
        Some(parameters) => unpredict(parameters, unpacked),
        None => Ok(unpacked),
    }
}

/// A value, or the only one of an array.
fn only(value: Option<&Object>) -> Result<Option<&Object>, Fault> {
    match value {
        Some(Object::Array(items)) if items.len() > 1 => {
            Err(Fault::Syntax("a packed stream with several filters"))
        }
        Some(Object::Array(items)) => Ok(items.first().filter(|item| **item != Object::Null)),
        Some(Object::Ref(_)) => Err(Fault::Syntax("a packed stream whose filter is elsewhere")),
        other => Ok(other),
    }
}

fn inflate(data: &[u8], budget: &Budget) -> Result<Vec<u8>, Fault> {
    let mut unpacked = Vec::new();
    let most = budget.unpacked();
    let mut limited = flate2::read::ZlibDecoder::new(data).take(most as u64 + 1);
    limited.read_to_end(&mut unpacked).map_err(|_| Fault::Syntax("a packed stream is damaged"))?;
    if unpacked.len() > most { Err(budget.overdrawn()) } else { Ok(unpacked) }
}

fn unpredict(parameters: &Dict, data: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let number = |key: &str, default: u64| match parameters.get(key) {
        None => Ok(default),
        Some(value) => value.as_whole().ok_or(Fault::Syntax("a predictor without sense")),
    };
    if number("Predictor", 1)? < 10 {
        let plain = number("Predictor", 1)? == 1;
        return if plain { Ok(data) } else { Err(Fault::Syntax("a TIFF predictor in a packed stream")) };
    }
    if number("Colors", 1)? != 1 || number("BitsPerComponent", 8)? != 8 {
        return Err(Fault::Syntax("a predictor for pictures in a packed stream"));
    }
    let columns = usize::try_from(number("Columns", 1)?).unwrap_or_default();
    if columns == 0 || columns > 1 << 16 {
        return Err(Fault::Syntax("a predictor without sense"));
    }
    unpredict_rows(&data, columns)
}

fn unpredict_rows(data: &[u8], columns: usize) -> Result<Vec<u8>, Fault> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0; columns];
    for row in data.chunks(columns + 1) {
        let (kind, row) = (row[0], &row[1..]);
        let mut line = vec![0_u8; columns];
        for (i, &byte) in row.iter().enumerate() {
            let left = if i > 0 { line[i - 1] } else { 0 };
            let corner = if i > 0 { above[i - 1] } else { 0 };
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => u16::midpoint(left.into(), above[i].into()) as u8,
                4 => paeth(left, above[i], corner),
                _ => return Err(Fault::Syntax("a predictor without sense")),
            };
            line[i] = byte.wrapping_add(predicted);
        }
        out.extend_from_slice(&line[..row.len()]);
        above = line;
    }
    Ok(out)
}

/// PNG specification §9.4.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |byte: u8| (estimate - i16::from(byte)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}

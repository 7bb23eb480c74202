//! Reads the named float tensors out of an ONNX file, without a protocol-buffer library.
//!
//! Source of the field numbers: `onnx.proto` of ONNX 1.x, messages `ModelProto`, `GraphProto` and `TensorProto`.

use std::collections::HashMap;
use std::fmt;

const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_DIMENSION: u64 = 1;
const TENSOR_TYPE: u64 = 2;
const TENSOR_NAME: u64 = 8;
const TENSOR_RAW_DATA: u64 = 9;
/// `TensorProto.DataType.FLOAT`: 32-bit floats, stored little-endian in the raw data.
const FLOAT: u64 = 1;

/// Why a model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ModelError {
    /// The file ends inside a field, or a field is not a protocol-buffer field.
    Malformed,
    /// The graph has no float tensor of this name.
    Missing(String),
    /// The tensor of this name has another shape than the network needs.
    Shape(String),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the model is damaged; use the original YuNet 2023mar file"),
            Self::Missing(name) => write!(f, "the model has no tensor {name:?}; use the original YuNet 2023mar file"),
            Self::Shape(name) => {
                write!(f, "the model's tensor {name:?} has another shape; use the original YuNet 2023mar file")
            }
        }
    }
}

impl std::error::Error for ModelError {}

/// The float tensors of a model, by name.
pub(super) struct Tensors(HashMap<String, Tensor>);

struct Tensor {
    shape: Vec<u64>,
    values: Vec<f32>,
}

impl Tensors {
    /// Reads all float tensors of the model's graph; those of other types are left out.
    ///
    /// # Errors
    ///
    /// [`ModelError::Malformed`] for bytes that are not a protocol-buffer message, and
    /// [`ModelError::Shape`] for a tensor with more or fewer values than its shape holds.
    pub(super) fn read(model: &[u8]) -> Result<Self, ModelError> {
        let mut tensors = HashMap::new();
        for graph in messages(model, MODEL_GRAPH) {
            for tensor in messages(graph?, GRAPH_INITIALIZER) {
                if let Some((name, tensor)) = read_tensor(tensor?)? {
                    tensors.insert(name, tensor);
                }
            }
        }
        Ok(Self(tensors))
    }

    /// The values of the tensor `name`, last dimension fastest.
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`] or [`ModelError::Shape`] where there is no such tensor of `shape`.
    pub(super) fn get(&self, name: &str, shape: &[u64]) -> Result<&[f32], ModelError> {
        let tensor = self.0.get(name).ok_or_else(|| ModelError::Missing(name.to_owned()))?;
        if tensor.shape == shape { Ok(&tensor.values) } else { Err(ModelError::Shape(name.to_owned())) }
    }
}

fn read_tensor(message: &[u8]) -> Result<Option<(String, Tensor)>, ModelError> {
    let (mut name, mut shape, mut raw, mut is_float) = (String::new(), Vec::new(), &[][..], false);
    for field in Fields(message) {
        match field? {
            (TENSOR_DIMENSION, Value::Integer(dimension)) => shape.push(dimension),
            (TENSOR_TYPE, Value::Integer(data_type)) => is_float = data_type == FLOAT,
            (TENSOR_NAME, Value::Bytes(bytes)) => name = String::from_utf8_lossy(bytes).into_owned(),
            (TENSOR_RAW_DATA, Value::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    if !is_float {
        return Ok(None);
    }
    let (values, rest) = raw.as_chunks();
    let count = shape.iter().try_fold(1_u64, |product, &dimension| product.checked_mul(dimension));
    if !rest.is_empty() || count != Some(values.len() as u64) {
        return Err(ModelError::Shape(name));
    }
    let values = values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    Ok(Some((name, Tensor { shape, values })))
}

/// The embedded messages with this field number.
fn messages(message: &[u8], wanted: u64) -> impl Iterator<Item = Result<&[u8], ModelError>> {
    Fields(message).filter_map(move |field| match field {
        Ok((number, Value::Bytes(bytes))) if number == wanted => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// What a field of a message holds.
enum Value<'a> {
    Integer(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes; no field of these is read here.
    Fixed,
}

/// The fields of a message in file order, with their numbers; ends after the first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), ModelError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(ModelError::Malformed))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let key = self.integer()?;
        let value = match key & 7 {
            0 => Value::Integer(self.integer()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(self.integer()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        Some((key >> 3, value))
    }

    /// A variable-length integer: seven bits a byte, lowest first, the top bit set on all but the last.
    fn integer(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MODEL;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_built_in_model_has_its_first_convolution() {
        let tensors = Tensors::read(MODEL).expect("the model is sound");
        assert_eq!(tensors.get("420", &[16, 3, 3, 3]).expect("it is there").len(), 432);
        assert_eq!(tensors.get("420", &[16, 27]), Err(ModelError::Shape("420".to_owned())));
        assert_eq!(tensors.get("none", &[1]), Err(ModelError::Missing("none".to_owned())));
    }

    #[test]
    fn a_model_cut_short_is_malformed() {
        assert_eq!(Tensors::read(&MODEL[..MODEL.len() - 1]).err(), Some(ModelError::Malformed));
    }

    #[test]
    fn a_length_past_the_end_and_an_endless_integer_are_malformed() {
        for bytes in [&[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f][..], &[0xff; 11], &[0x3b]] {
            assert_eq!(Tensors::read(bytes).err(), Some(ModelError::Malformed));
        }
    }

    #[test]
    fn a_tensor_shorter_than_its_shape_is_refused() {
        // Graph { initializer { dims: 2, data_type: FLOAT, name: "a", raw_data: 4 bytes } }
        let bytes = [0x3a, 15, 0x2a, 13, 0x08, 2, 0x10, 1, 0x42, 1, b'a', 0x4a, 4, 0, 0, 0, 0];
        assert_eq!(Tensors::read(&bytes).err(), Some(ModelError::Shape("a".to_owned())));
    }

    proptest! {
        #[test]
        fn damaged_models_never_panic(cut in 0..4000_usize, position in 0..4000_usize, byte: u8) {
            let mut bytes = MODEL[MODEL.len() - 4000..].to_vec();
            bytes[position] = byte;
            // Either outcome is fine: what must not happen is a panic or an endless loop.
            let graph: Vec<u8> = [&[0x3a, 0xa0, 0x1f], &bytes[..]].concat();
            let read = Tensors::read(&graph[..graph.len() - cut]);
            prop_assert!(cut == 0 || read.is_err());
        }
    }
}

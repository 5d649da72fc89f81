//! `spec:inputs`: what a file asks for, what it is given, and `$[[ ... ]]` filled in.

mod blocks;
mod check;
mod functions;
mod header;
mod interpolation;

pub(super) use check::{Given, resolve};
pub(super) use header::{Header, declaration, header};
pub(super) use interpolation::{Component, interpolate};

use super::{Text, Value};
use crate::text::Location;

/// One input that a file asks for.
#[derive(Clone, Debug)]
pub(super) struct InputSpec<'p> {
    pub(super) name: Text<'p>,
    pub(super) key_at: Location,
    /// Nothing if the type is none that the server knows.
    pub(super) kind: Option<InputType>,
    pub(super) default: Option<Value<'p>>,
    pub(super) options: Option<Value<'p>>,
    pub(super) regex: Option<Value<'p>>,
    /// Whether rules decide on options and default.
    pub(super) has_rules: bool,
}

impl InputSpec<'_> {
    /// Whether the server makes a text of whatever it is given.
    pub(super) fn is_text(&self) -> bool {
        self.kind == Some(InputType::String)
    }
}

/// The type of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputType {
    String,
    Number,
    Boolean,
    Array,
}

impl InputType {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            _ => return None,
        })
    }

    pub(super) const fn with_article(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "an array",
        }
    }
}

//! Holds an expression to the table: each variable, field and function that it names has to be there.

use crate::text::did_you_mean;
use cel::Program;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr};

use super::table::{FieldType, Object};

/// The functions of CEL that there are, macros among them.
const FUNCTIONS: [&str; 20] = [
    "all",
    "bool",
    "bytes",
    "contains",
    "double",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "has",
    "int",
    "map",
    "matches",
    "max",
    "min",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
];

/// Names of types, which stand where values do: `type(job.retry) == int`.
const TYPES: [&str; 10] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnknownName {
    pub(super) name: String,
    pub(super) message: String,
    pub(super) help: String,
    /// Where it stands in the expression, in bytes, if that is known.
    pub(super) start: Option<usize>,
}

/// The names that an expression may use beside the fields of the table.
#[derive(Clone, Copy)]
pub(super) struct Names<'n> {
    /// The variables that are objects of the table.
    pub(super) objects: &'n [&'static str],
    /// The parameters of the clause; nothing if the rule binds none.
    pub(super) clause: Option<&'n [String]>,
    /// The options of the rule.
    pub(super) options: &'n [String],
}

/// What is known of a value.
#[derive(Clone, Copy)]
enum Known<'n> {
    Object(&'static Object),
    Clause(&'n [String]),
    Options(&'n [String]),
    /// A value without fields.
    Plain(FieldType),
    Anything,
}

/// The first name in the expression that stands for nothing.
pub(super) fn unknown_name(program: &Program, text: &str, names: Names<'_>) -> Option<UnknownName> {
    let mut walk = Walk { program, text, names, scope: Vec::new(), found: None };
    walk.of(program.expression());
    walk.found
}

struct Walk<'e, 'n> {
    program: &'e Program,
    text: &'e str,
    names: Names<'n>,
    scope: Vec<&'e str>,
    found: Option<UnknownName>,
}

impl<'e, 'n> Walk<'e, 'n> {
    fn tell(&mut self, id: u64, name: &str, message: String, known: &[&str]) {
        if self.found.is_some() {
            return;
        }
        let near = known.iter().map(|it| (strsim::damerau_levenshtein(it, name), *it)).min();
        let near = near.filter(|(distance, it)| *distance <= it.len().max(name.len()) / 3 + 1);
        let help = match near {
            Some((_, near)) => did_you_mean(near),
            None if known.is_empty() => "there are none".to_owned(),
            None => format!("there are {}", known.join(", ")),
        };
        let from = self.program.source_info().offset_for(id).map_or(0, |(start, _)| start as usize);
        let from = if self.text.is_ascii() { from.min(self.text.len()) } else { 0 };
        let start = word(self.text, name, from).or_else(|| word(self.text, name, 0));
        self.found = Some(UnknownName { name: name.to_owned(), message, help, start });
    }

    // The parser bounds how deep an expression is.
    fn of(&mut self, it: &'e IdedExpr) -> Known<'n> {
        match &it.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => return self.variable(it.id, name),
            Expr::Select(select) => {
                let operand = self.of(&select.operand);
                return self.field(it.id, operand, &select.field);
            }
            Expr::List(list) => self.all(list.elements.iter()),
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Struct(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Call(call) => {
                self.all(call.target.as_deref().into_iter().chain(&call.args));
                let name = call.func_name.as_str();
                let is_name = name.starts_with(|ch: char| ch.is_ascii_alphabetic());
                if is_name && !FUNCTIONS.contains(&name) {
                    self.tell(it.id, name, format!("there is no function `{name}`"), &FUNCTIONS);
                } else if is_name
                    && ["all", "exists", "exists_one", "filter", "map"].contains(&name)
                {
                    let message = format!("`{name}` takes a name and an expression");
                    self.tell(it.id, name, message, &[]);
                }
            }
            Expr::Comprehension(it) => self.comprehension(it),
        }
        Known::Anything
    }

    fn all(&mut self, items: impl Iterator<Item = &'e IdedExpr>) {
        for item in items {
            self.of(item);
        }
    }

    fn entries(&mut self, entries: impl Iterator<Item = &'e EntryExpr>) {
        for entry in entries {
            match entry {
                EntryExpr::StructField(field) => {
                    self.of(&field.value);
                }
                EntryExpr::MapEntry(entry) => self.all([&entry.key, &entry.value].into_iter()),
            }
        }
    }

    fn comprehension(&mut self, it: &'e ComprehensionExpr) {
        self.of(&it.iter_range);
        self.of(&it.accu_init);
        let depth = self.scope.len();
        self.scope.push(&it.iter_var);
        self.scope.extend(it.iter_var2.as_deref());
        self.scope.push(&it.accu_var);
        self.all([&it.loop_cond, &it.loop_step, &it.result].into_iter());
        self.scope.truncate(depth);
    }

    fn variable(&mut self, id: u64, name: &'e str) -> Known<'n> {
        if self.scope.contains(&name) || name.starts_with('@') {
            return Known::Anything;
        }
        if self.names.objects.contains(&name) {
            return Object::named(name).map_or(Known::Anything, Known::Object);
        }
        match (name, self.names.clause) {
            ("clause", Some(parameters)) => return Known::Clause(parameters),
            ("options", _) => return Known::Options(self.names.options),
            _ if TYPES.contains(&name) => return Known::Anything,
            _ => {}
        }
        let mut known: Vec<&str> = self.names.objects.to_vec();
        known.extend(self.names.clause.map(|_| "clause"));
        known.extend((!self.names.options.is_empty()).then_some("options"));
        let message = match name {
            "clause" => "there is no `clause` here, for the rule has no `binds`".to_owned(),
            _ => format!("there is no variable `{name}` here"),
        };
        self.tell(id, name, message, &known);
        Known::Anything
    }

    fn field(&mut self, id: u64, operand: Known<'n>, name: &'e str) -> Known<'n> {
        let listed = |names: &'n [String]| names.iter().map(String::as_str).collect::<Vec<_>>();
        match operand {
            Known::Object(object) => match object.field(name).map(|field| field.kind) {
                Some(FieldType::Object(of)) => {
                    return Object::named(of).map_or(Known::Anything, Known::Object);
                }
                Some(FieldType::Any | FieldType::Map) => {}
                Some(kind) => return Known::Plain(kind),
                None => {
                    let known: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
                    let message = format!("`{}` has no field `{name}`", object.name);
                    self.tell(id, name, message, &known);
                }
            },
            Known::Clause(parameters) if !parameters.iter().any(|it| it == name) => {
                let message = format!("no pattern of `binds` has a parameter `{name}`");
                self.tell(id, name, message, &listed(parameters));
            }
            Known::Options(options) if !options.iter().any(|it| it == name) => {
                let message = format!("the page has no option `{name}`");
                self.tell(id, name, message, &listed(options));
            }
            Known::Plain(kind) => {
                let message = format!("there is no `{name}` in a {}", kind.as_str());
                self.tell(id, name, message, &[]);
            }
            Known::Clause(_) | Known::Options(_) | Known::Anything => {}
        }
        Known::Anything
    }
}

/// Where `name` stands as a word of its own, from `from` on.
pub(super) fn word(text: &str, name: &str, from: usize) -> Option<usize> {
    let is_part = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let rest = text.get(from..)?;
    let places = rest.match_indices(name).map(|(at, _)| at + from);
    places
        .into_iter()
        .find(|at| !text[..*at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

//! How long an expression can take, before it runs. CEL always ends, but loops in loops, or a text that doubles
//! in each of many loops, need not end soon.
//!
//! The estimate follows the tree with the shapes of the inputs. It is never too low by more than a constant factor.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr};
use serde_json::Value as Json;

/// Steps that one expression may take on inputs of common size.
pub(super) const MAX_STEPS: f64 = 1e6;

/// Steps that all evaluations of a rule may take together in one run.
pub(super) const MAX_STEPS_OF_RULE: f64 = 2e7;

/// Bytes of one expression.
pub(super) const MAX_EXPRESSION: usize = 4096;

/// Levels of lists that are told apart.
const LEVELS: usize = 4;

/// How large a value can be: items on each level of lists and mappings, and the bytes of its longest text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    items: [f64; LEVELS],
    text: f64,
}

impl Shape {
    /// The shape of a value.
    pub(super) fn of(value: &Json) -> Self {
        let mut shape = Shape::default();
        let mut rest = vec![(value, 0_usize)];
        while let Some((value, depth)) = rest.pop() {
            let level = &mut shape.items[depth.min(LEVELS - 1)];
            match value {
                Json::String(text) => shape.text = shape.text.max(text.len() as f64),
                Json::Array(items) => {
                    *level = level.max(items.len() as f64);
                    rest.extend(items.iter().map(|item| (item, depth + 1)));
                }
                Json::Object(map) => {
                    *level = level.max(map.len() as f64);
                    rest.extend(map.values().map(|item| (item, depth + 1)));
                    let longest = map.keys().map(String::len).max().unwrap_or(0);
                    shape.text = shape.text.max(longest as f64);
                }
                _ => {}
            }
        }
        shape
    }

    /// The shape of a part.
    fn part(self) -> Self {
        let mut items = [0.0; LEVELS];
        items[..LEVELS - 1].copy_from_slice(&self.items[1..]);
        // What lies deeper than is told apart stays on the last level.
        items[LEVELS - 1] = self.items[LEVELS - 1];
        Shape { items, text: self.text }
    }

    /// The shape of a list of `count` such values.
    fn listed(self, count: f64) -> Self {
        let mut items = [count; LEVELS];
        items[1..].copy_from_slice(&self.items[..LEVELS - 1]);
        items[LEVELS - 1] = items[LEVELS - 1].max(self.items[LEVELS - 1]);
        Shape { items, text: self.text }
    }

    fn with(self, other: Self, join: fn(f64, f64) -> f64) -> Self {
        let mut items = self.items;
        for (own, other) in items.iter_mut().zip(other.items) {
            *own = join(*own, other);
        }
        Shape { items, text: join(self.text, other.text) }
    }

    fn or(self, other: Self) -> Self {
        self.with(other, f64::max)
    }

    /// Steps to look at every part of it.
    fn whole(self) -> f64 {
        let below = self.items.iter().rev().fold(0.0, |below, items| items * (1.0 + below));
        (below + 1.0) * (1.0 + self.text / 64.0)
    }
}

/// Estimates expressions over known inputs.
pub(super) struct Estimate<'e> {
    variables: &'e [(&'static str, Json)],
    /// The variables of the loops around.
    scope: Vec<(&'e str, Shape)>,
}

impl<'e> Estimate<'e> {
    /// With these variables.
    pub(super) fn new(variables: &'e [(&'static str, Json)]) -> Self {
        Self { variables, scope: Vec::new() }
    }

    /// The value that a name with fields behind it stands for.
    fn value(&self, expression: &IdedExpr) -> Option<&'e Json> {
        let (mut fields, mut rest) = (Vec::new(), expression);
        while let Expr::Select(select) = &rest.expr {
            fields.push(select.field.as_str());
            rest = &select.operand;
        }
        let Expr::Ident(name) = &rest.expr else { return None };
        if self.scope.iter().any(|(known, _)| known == name) {
            return None;
        }
        let (_, value) = self.variables.iter().find(|(known, _)| known == name)?;
        fields.iter().rev().try_fold(value, |value, field| value.get(field))
    }

    /// The steps that an expression can take.
    pub(super) fn steps(&mut self, expression: &'e IdedExpr) -> f64 {
        self.of(expression).0
    }

    // The parser bounds how deep an expression is.
    fn of(&mut self, expression: &'e IdedExpr) -> (f64, Shape) {
        match &expression.expr {
            Expr::Unspecified => (1.0, Shape::default()),
            Expr::Literal(cel::common::ast::LiteralValue::String(text)) => {
                (1.0, Shape { text: text.inner().len() as f64, ..Shape::default() })
            }
            Expr::Literal(_) => (1.0, Shape::default()),
            Expr::Ident(name) => {
                let known = self.scope.iter().rev().find(|(known, _)| known == name);
                let shape = known.map(|(_, shape)| *shape);
                (1.0, shape.or_else(|| self.value(expression).map(Shape::of)).unwrap_or_default())
            }
            Expr::Select(select) => {
                if let Some(value) = self.value(expression) {
                    return (2.0, Shape::of(value));
                }
                let (steps, shape) = self.of(&select.operand);
                (steps + 1.0, shape.part())
            }
            Expr::List(list) => self.listed(list.elements.iter()),
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Struct(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
        }
    }

    fn listed(&mut self, items: impl Iterator<Item = &'e IdedExpr>) -> (f64, Shape) {
        let (mut steps, mut shape, mut count) = (1.0, Shape::default(), 0.0);
        for item in items {
            let (more, of_item) = self.of(item);
            (steps, shape, count) = (steps + more, shape.or(of_item), count + 1.0);
        }
        (steps, shape.listed(count))
    }

    fn entries(&mut self, entries: impl Iterator<Item = &'e EntryExpr>) -> (f64, Shape) {
        let parts = entries.flat_map(|entry| match entry {
            EntryExpr::StructField(field) => [Some(&field.value), None],
            EntryExpr::MapEntry(entry) => [Some(&entry.key), Some(&entry.value)],
        });
        self.listed(parts.flatten())
    }

    fn call(&mut self, call: &'e CallExpr) -> (f64, Shape) {
        let parts: Vec<_> =
            call.target.as_deref().into_iter().chain(&call.args).map(|it| self.of(it)).collect();
        let steps = 1.0 + parts.iter().map(|(steps, _)| steps).sum::<f64>();
        let shapes = || parts.iter().map(|(_, shape)| *shape);
        let either = || shapes().fold(Shape::default(), Shape::or);
        let whole = || shapes().map(Shape::whole).sum::<f64>();
        match call.func_name.as_str() {
            // A whole list or text is made anew.
            "_+_" => {
                let shape = shapes().fold(Shape::default(), |sum, it| {
                    let mut sum = Shape { text: sum.text + it.text, ..sum };
                    sum.items[0] += it.items[0];
                    for (own, other) in sum.items.iter_mut().zip(it.items).skip(1) {
                        *own = own.max(other);
                    }
                    sum
                });
                (steps + whole(), shape)
            }
            "_[_]" => (steps + 1.0, shapes().next().unwrap_or_default().part()),
            "_?_:_" | "max" | "min" => (steps + 1.0, either()),
            "_&&_"
            | "_||_"
            | "!_"
            | "@not_strictly_false"
            | "size"
            | "type"
            | "_-_"
            | "_*_"
            | "_/_"
            | "_%_"
            | "-_" => (steps + 1.0, Shape::default()),
            // The expression is made ready each time.
            "matches" => {
                let text = either().text;
                (steps + 100.0 + text * 2.0, Shape::default())
            }
            // They compare, search or copy.
            "string" | "bytes" => (steps + whole(), either()),
            _ => (steps + whole(), Shape::default()),
        }
    }

    fn comprehension(&mut self, it: &'e ComprehensionExpr) -> (f64, Shape) {
        let (range_steps, range) = self.of(&it.iter_range);
        let count = range.items[0];
        let (init_steps, init) = self.of(&it.accu_init);
        let depth = self.scope.len();
        // A key of a mapping is a text, an item of a list a part.
        self.scope.push((&it.iter_var, range.part()));
        if let Some(second) = &it.iter_var2 {
            self.scope.push((second, range.part()));
        }
        self.scope.push((&it.accu_var, init));
        let (condition_steps, _) = self.of(&it.loop_cond);
        let (step_steps, step) = self.of(&it.loop_step);
        let mut result = step.or(init);
        // Each round adds to the list at most what the first one adds.
        result.items[0] = init.items[0] + count * step.items[0];
        self.scope.truncate(depth);
        self.scope.push((&it.accu_var, result));
        let (result_steps, shape) = self.of(&it.result);
        self.scope.truncate(depth);
        let rounds = count * (condition_steps + step_steps + 1.0);
        (range_steps + init_steps + rounds + result_steps + 1.0, shape)
    }
}

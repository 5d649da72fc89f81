use crate::model::gitlab::{Text, Value, ValueKind};

/// How many instances of one job the server makes at most.
const INSTANCES: usize = 200;

/// One instance of a job with `parallel`.
#[derive(Clone, Debug)]
pub struct Instance<'p> {
    /// What tells it from the others: `1/3` or `[a, b]`.
    pub label: Text<'p>,
    /// The variables that `parallel:matrix` sets for it, in order.
    pub variables: Vec<(Text<'p>, Value<'p>)>,
    numbered: bool,
}

impl Instance<'_> {
    /// The name of the instance of the job called `job`: `job 1/3` or `job: [a, b]`.
    pub fn full_name(&self, job: &str) -> String {
        let colon = if self.numbered { "" } else { ":" };
        format!("{job}{colon} {}", self.label)
    }
}

/// What `parallel` makes of a job.
#[derive(Clone, Debug, Default)]
pub struct Parallel<'p> {
    /// The instances in order; none if the job is not multiplied.
    pub instances: Vec<Instance<'p>>,
    /// Whether all instances are known.
    pub known: bool,
}

pub(super) fn parallel<'p>(value: Option<&Value<'p>>) -> Parallel<'p> {
    let Some(value) = value else { return Parallel { known: true, ..Parallel::default() } };
    match &value.kind {
        ValueKind::Int(total) => {
            let total = usize::try_from(*total).unwrap_or(0);
            let instance = |at| {
                let label = Text::from(format!("{at}/{total}"));
                Instance { label, variables: Vec::new(), numbered: true }
            };
            let known = (1..=INSTANCES).contains(&total);
            let instances = (1..=total.min(INSTANCES)).map(instance).collect();
            Parallel { instances, known }
        }
        ValueKind::Map(map) => match map.get("matrix") {
            Some(matrix_value) => matrix(matrix_value),
            None => Parallel::default(),
        },
        _ => Parallel::default(),
    }
}

/// The instances of a matrix: for each item all combinations of its values, the last variable
/// changing fastest.
pub(super) fn matrix<'p>(value: &Value<'p>) -> Parallel<'p> {
    let mut all = Parallel { instances: Vec::new(), known: !value.is_unknown() };
    for item in value.one_or_more() {
        if item.as_map().is_none() {
            all.known = false;
            continue;
        }
        let mut rows: Vec<Vec<(Text<'p>, Value<'p>)>> = vec![Vec::new()];
        for entry in item.entries() {
            let values = match &entry.value.kind {
                ValueKind::Seq(items) => items,
                _ => std::slice::from_ref(&entry.value),
            };
            all.known &= values.iter().all(|it| it.to_text().is_some() && !is_computed(it));
            let mut longer = Vec::new();
            'rows: for row in &rows {
                for value in values {
                    let mut next = row.clone();
                    next.push((entry.key.clone(), value.clone()));
                    longer.push(next);
                    if longer.len() > INSTANCES {
                        all.known = false;
                        break 'rows;
                    }
                }
            }
            rows = longer;
        }
        for variables in rows {
            if all.instances.len() >= INSTANCES {
                all.known = false;
                return all;
            }
            let texts: Vec<_> =
                variables.iter().map(|(_, value)| value.to_text().unwrap_or_default()).collect();
            let label = Text::from(format!("[{}]", texts.join(", ")));
            all.instances.push(Instance { label, variables, numbered: false });
        }
    }
    all
}

/// Whether a value is made from the matrix of the job that stands there (`$[[ matrix.X ]]`).
fn is_computed(value: &Value<'_>) -> bool {
    value.as_str().is_some_and(|text| text.contains("$[["))
}

use rustc_hash::FxHashSet;

use crate::model::gitlab::{Need, NeedKind, Pipeline, Problem};

/// Jobs that wait for themselves by their `needs`.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    let edges: Vec<Vec<(usize, &Need<'_>)>> = pipeline
        .jobs
        .iter()
        .map(|job| {
            let needs = job.needs.iter().flatten().filter(|need| need.kind == NeedKind::Job);
            let edge = |need| {
                let to = target(pipeline, need)?;
                let is_sure = !pipeline.are_alternatives(pipeline.jobs.get(to)?, job);
                is_sure.then_some((to, need))
            };
            needs.filter_map(edge).collect()
        })
        .collect();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let own = edges.get(at).into_iter().flatten().find(|(to, _)| *to == at);
        // Instances may need others of the same job by what their matrix has.
        if let Some((_, need)) = own.filter(|(_, need)| need.asked().is_empty()) {
            let message =
                format!("The pipeline has circular dependencies: self-dependency: {}", job.name);
            let problem = Problem::new("circular-needs", &need.value.origin, message);
            problems.push(problem.help("remove the need: a job cannot wait for itself"));
        }
    }
    for cycle in components(&edges).into_iter().filter(|component| component.len() > 1) {
        let name = |at: usize| pipeline.jobs.get(at).map_or("", |job| &job.name);
        let names: Vec<String> = cycle.iter().map(|at| format!("\"{}\"", name(*at))).collect();
        let message = format!(
            "The pipeline has circular dependencies: topological sort failed: [{}]",
            names.join(", ")
        );
        let members: FxHashSet<usize> = cycle.iter().copied().collect();
        // The needs that stay inside.
        let inside = cycle.iter().flat_map(|at| {
            let needs = edges.get(*at).into_iter().flatten();
            needs.filter(|(to, _)| members.contains(to)).map(|(_, need)| (*at, *need))
        });
        let mut inside = inside.take(20);
        let Some((_, first)) = inside.next() else { continue };
        let mut problem = Problem::new("circular-needs", &first.value.origin, message);
        for (at, need) in inside {
            problem = problem.label(need.value.at(), format!("`{}` waits for this", name(at)));
        }
        problems.push(problem.help("remove one of these needs, so that one of the jobs can begin"));
    }
}

fn target(pipeline: &Pipeline<'_>, need: &Need<'_>) -> Option<usize> {
    let name = need.name()?;
    pipeline.by_name.get(name).or_else(|| pipeline.by_run_name.get(name)).copied()
}

/// The strongly connected components, each in the order in which a search from its first node
/// meets its nodes (Tarjan's algorithm, without recursion).
pub(super) fn components<T>(edges: &[Vec<(usize, T)>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let (mut stack, mut found, mut count) = (Vec::new(), Vec::new(), 0);
    for start in 0..edges.len() {
        if order[start] != UNSEEN {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if *next == 0 && order[node] == UNSEEN {
                (order[node], low[node], on_stack[node]) = (count, count, true);
                count += 1;
                stack.push(node);
            }
            if let Some((to, _)) = edges[node].get(*next) {
                *next += 1;
                if order[*to] == UNSEEN {
                    path.push((*to, 0));
                } else if on_stack[*to] {
                    low[node] = low[node].min(order[*to]);
                }
                continue;
            }
            path.pop();
            if let Some((above, _)) = path.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == order[node] {
                let from = stack.iter().rposition(|it| *it == node).unwrap_or(0);
                let component = stack.split_off(from);
                component.iter().for_each(|it| on_stack[*it] = false);
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn components_come_in_the_order_of_the_search() {
        let edges = [vec![2], vec![0], vec![1], vec![0], vec![4]];
        let edges: Vec<Vec<(usize, ())>> =
            edges.iter().map(|to| to.iter().map(|to| (*to, ())).collect()).collect();
        assert_eq!(components(&edges), [vec![0, 2, 1], vec![3], vec![4]]);
    }
}

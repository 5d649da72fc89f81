use crate::model::spec::change_of;
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for path in facts.files.paths() {
        let Some((change, false)) = change_of(path) else { continue };
        let folder = format!("openspec/changes/{change}/specs/");
        let Some(name) = path.strip_prefix(&folder).and_then(|it| it.strip_suffix(".md")) else {
            continue;
        };
        if name.contains('/') || name.eq_ignore_ascii_case("readme") {
            continue;
        }
        let Some(source) = facts.files.read(path) else { continue };
        let (body, start) = source.body();
        let first = u32::try_from(body.lines().next().map_or(0, str::len)).unwrap_or(0);
        let capability = if name == "spec" { "<capability>" } else { name };
        cx.report(
            source.at(Span::new(start, start + first)),
            format!(
                "`{folder}{name}.md` is not applied; a delta lies in `specs/{capability}/spec.md`"
            ),
        )
        .symbol(format!("delta:{name}"));
    }
}

use crate::model::docker::{Dockerfile, Tool};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const NAME: &str = "InvalidDefinitionDescription";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let asked = file.pragmas.iter().any(|pragma| {
        let named = |name: &str| matches!(name, "all" | NAME);
        pragma.tool == Tool::BuildKit && pragma.experimental.iter().any(|it| named(it))
    });
    if !asked && !cx.options.flag("always") {
        return;
    }
    for step in file.steps() {
        let instruction = step.instruction;
        let mut names: Vec<String> = Vec::new();
        match instruction.keyword {
            Keyword::Arg => {
                names.extend(instruction.pairs().iter().map(|it| it.key.text.to_string()));
            }
            Keyword::From => {
                let name = instruction.from_parts().and_then(|parts| parts.name);
                names.extend(name.map(|name| name.text.to_lowercase()));
            }
            _ => continue,
        }
        let Some(comment) = file.tree.comments_of(instruction).last() else { continue };
        let first = comment.text.split(' ').next().unwrap_or("");
        let Some(name) = names.first() else { continue };
        if names.iter().any(|name| name == first) {
            continue;
        }
        let message = format!(
            "the comment above describes `{name}` but does not begin with the name; `# {name} ...` would"
        );
        cx.report(file.at(instruction.name.span), message)
            .symbol(step.symbol())
            .label(file.at(comment.span), "this comment")
            .help("a line `#` below the comment parts it from the instruction");
    }
}

use crate::model::docker::{Dockerfile, is_platform};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let Some(from) = stage.from.and_then(|from| file.instructions().get(from)) else {
            continue;
        };
        let Some(flag) = from.flag("platform") else { continue };
        let Some(value) = &flag.value else { continue };
        let text = value.text.as_ref();
        if text.contains("BUILDPLATFORM") || text.contains("TARGETPLATFORM") || text.is_empty() {
            continue;
        }
        let variable = text.contains('$');
        // A stage that is named after its platform is one of several, each for its own.
        let named = stage.name.as_deref().is_some_and(|name| {
            let mut parts = text.split('/');
            let os = parts.next().unwrap_or("");
            let architecture = parts.next().unwrap_or("");
            (!os.is_empty() && name.contains(os))
                || (!architecture.is_empty() && name.contains(architecture))
        });
        let message = format!(
            "`--platform={text}` fixes the platform of the stage; `$BUILDPLATFORM` or no flag leaves it to the build"
        );
        let report = cx.report(file.at(flag.span), message).symbol(stage.label().replace('`', ""));
        // The build fails on what is no platform, in front of its check.
        if variable || named || !is_platform(text) {
            report.alias("DL3029");
        }
    }
}

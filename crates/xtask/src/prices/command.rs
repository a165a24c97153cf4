//! From the wheel to the committed file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{filter, model, wheel};
use crate::fail::{Context, Done, Failure};
use crate::stage::stage;
use crate::{paths, time};

const FILE: &str = "crates/types/data/model-prices.json";

/// Writes the price file from PyPI's newest `litellm`, or from the wheel given by `--wheel`.
pub fn run(arguments: &[String]) -> Done {
    let given = match arguments {
        [] => None,
        [flag, file] if flag == "--wheel" => Some(PathBuf::from(file)),
        _ => return Err(Failure::usage("`prices` takes nothing, or `--wheel FILE`")),
    };
    let wheel = match given {
        Some(file) => file,
        None => stage("download litellm", wheel::download)?,
    };
    stage(FILE, || write(&wheel))
}

fn write(wheel: &Path) -> Done {
    let list: Map<String, Value> = serde_json::from_str(&wheel::price_list(wheel)?)
        .context(|| format!("{} in {} is not what it was", wheel::MEMBER, wheel.display()))?;
    // The wheel carries no release date (its files are dated 1980), so the date is the one of the download.
    let date = time::today();
    let models = select(&list, &date);
    if models.is_empty() {
        return Err(Failure::new("no model passed the filter").cure("see whether litellm changed its fields"));
    }
    let file = paths::root().join(FILE);
    let text = render(&wheel::version(wheel)?, &date, &models)?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(&file, text).context(|| format!("cannot write {}", file.display()))?;
    println!("  {} models", models.len());
    Ok(())
}

/// The models that are kept, by provider and name.
fn select<'a>(list: &'a Map<String, Value>, today: &str) -> BTreeMap<(&'static str, &'a str), Value> {
    let mut found = BTreeMap::new();
    for (key, source) in list {
        let name = filter::model_name(key);
        let Some(provider) = filter::provider(source) else {
            continue;
        };
        if !filter::is_current_chat_model(name, source, today) {
            continue;
        }
        if let Some(line) = model::entry(provider, name, source) {
            found.insert((provider, name), line);
        }
    }
    let plain: BTreeMap<(&str, &str), _> = found.iter().map(|(names, line)| (*names, model::prices(line))).collect();
    found.retain(|(provider, name), line| {
        let undated = filter::without_date(name).and_then(|name| plain.get(&(*provider, name)));
        undated.is_none_or(|prices| *prices != model::prices(line))
    });
    found
}

/// JSON with one model on a line, so that a changed price is a changed line.
fn render(version: &str, date: &str, models: &BTreeMap<(&str, &str), Value>) -> Result<String, Failure> {
    let source = format!("PyPI litellm {version}, model_prices_and_context_window_backup.json (MIT)");
    let lines: Vec<String> = models.values().map(Value::to_string).collect();
    let mut text = String::from("{\"generated_by\":\"cargo xtask prices\",\n");
    let written = write!(
        text,
        "\"source\":{},\n\"date\":{},\n\"currency\":\"USD\",\n\"models\":[\n{}\n]}}\n",
        json!(source),
        json!(date),
        lines.join(",\n")
    );
    written.context(|| "cannot write the price list".into())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::select;

    #[test]
    fn a_dated_name_stays_when_it_is_the_only_one_or_has_another_price() {
        let model = |input: f64| {
            json!({"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": input,
                "output_cost_per_token": 1e-05, "max_input_tokens": 9, "max_output_tokens": 9})
        };
        let Value::Object(list) = json!({
            "g-4": model(1e-06), "g-4-2025-01-01": model(1e-06), "g-4-2024-01-01": model(2e-06),
            "g-5-2025-01-01": model(1e-06),
        }) else {
            panic!("an object")
        };
        let kept: Vec<&str> = select(&list, "2026-01-01").into_keys().map(|(_, name)| name).collect();
        assert_eq!(kept, ["g-4", "g-4-2024-01-01", "g-5-2025-01-01"]);
    }
}

use serde_json::json;

use super::*;
use crate::form::UnsavedForm;

fn server(transport: &serde_json::Value) -> McpServer {
    serde_json::from_value(json!({
        "id": "files", "name": "Files", "description": "", "transport": transport, "allowed_tools": [], "trusted": false,
        "timeout": 90, "version": 2, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    }))
    .unwrap()
}

fn program() -> McpServerForm {
    let transport =
        json!({"type": "stdio", "command": "npx", "args": ["-y", "x y"], "env_names": ["TOKEN"], "cwd": null});
    McpServerForm::from(server(&transport))
}

#[test]
fn what_is_stored_is_shown_without_its_secrets_and_sent_back_with_their_names() {
    let form = program();
    assert_eq!((form.args.as_str(), form.timeout.as_str()), ("-y\nx y", "90s"));
    assert!(form.check().none(), "{:?}", form.check());
    let sent = serde_json::to_value(form.to_update()).unwrap();
    assert_eq!(
        sent["transport"],
        json!({"type": "stdio", "command": "npx", "args": ["-y", "x y"], "env_names": ["TOKEN"]})
    );
    assert_eq!(sent["timeout"], 90);
    let http = McpServerForm::from(server(&json!({"type": "http", "url": "https://a", "header_names": ["x-key"]})));
    assert_eq!(
        serde_json::to_value(http.transport()).unwrap(),
        json!({"type": "http", "url": "https://a", "header_names": ["x-key"]})
    );
}

#[test]
fn a_new_value_takes_the_place_of_the_stored_one_and_is_never_written_down() {
    let mut form = program();
    form.env[0].value = "secret-1".into();
    form.env.push(Secret { name: " OTHER ".into(), value: "secret-2".into(), is_stored: false });
    let sent = serde_json::to_value(form.transport()).unwrap();
    assert_eq!(sent["env"], json!({"OTHER": "secret-2", "TOKEN": "secret-1"}));
    assert_eq!(sent["env_names"], json!([]));
    let kept = UnsavedForm { version: None, form: form.clone() }.to_json().unwrap();
    assert!(!kept.contains("secret-"), "{kept}");
    assert!(!form.text().contains("secret-"));
}

#[test]
fn what_the_server_would_refuse_is_told_at_its_field() {
    let blank = McpServerForm::default();
    assert!(blank.check().name.is_some() && blank.check().command.is_some() && blank.check().url.is_none());
    let address = McpServerForm { reach: Reach::Address, ..blank };
    assert!(address.check().command.is_none() && address.check().url.is_some());
    assert!(McpServerForm { timeout: "soon".into(), ..program() }.check().timeout.is_some());
    let with = |secret: Secret| {
        let mut form = program();
        form.env.push(secret);
        form.check().secrets
    };
    let secret = |name: &str, value: &str| Secret { name: name.into(), value: value.into(), is_stored: false };
    assert_eq!(with(secret("", "")), None);
    assert_eq!(with(secret("KEY", "x")), None);
    for wrong in [secret("", "x"), secret("KEY", ""), secret("TOKEN", "x")] {
        assert!(with(wrong.clone()).is_some(), "{wrong:?}");
    }
}

#[test]
fn every_preset_begins_a_form() {
    for preset in PRESETS {
        let form = preset.form();
        let is_complete = form.check().none() || form.check().secrets.is_some();
        assert_eq!(is_complete, !preset.is_blank(), "{}", preset.name);
    }
}

#[test]
fn tools_are_allowed_and_forbidden_one_by_one() {
    let all = ["a", "b", "c"].map(str::to_owned);
    let after = |allowed: &[&str], tool: &str, allow: bool| {
        let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        allowed_after(&all, &allowed, tool, allow).map(|names| names.join(" "))
    };
    assert_eq!(after(&[], "b", false).as_deref(), Some("a c"));
    assert_eq!(after(&["a", "c"], "b", true).as_deref(), Some(""));
    assert_eq!(after(&["a"], "a", false), None);
    assert_eq!(after(&["a", "gone"], "a", false).as_deref(), Some("gone"));
}

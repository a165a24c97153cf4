//! The page, from its template.

use anyhow::{Result, ensure};

/// The placeholder in `index.html` for the folder of the assets.
const ASSETS: &str = "{{assets}}";
const HEAD_END: &str = "</head>";

/// Fills in the address of the assets, and adds a script to the head when one is given.
pub fn fill_in(template: &str, hash: &str, script: Option<&str>) -> Result<String> {
    ensure!(template.contains(ASSETS), "index.html does not name {ASSETS}, so it cannot find the app");
    let with_script = match script {
        Some(script) => {
            ensure!(template.contains(HEAD_END), "index.html has no {HEAD_END}");
            let tag = format!("<script type=\"module\" src=\"{ASSETS}/{script}\"></script>\n  {HEAD_END}");
            template.replacen(HEAD_END, &tag, 1)
        }
        None => template.to_owned(),
    };
    Ok(with_script.replace(ASSETS, &format!("/assets/{hash}")))
}

#[cfg(test)]
mod tests {
    use super::fill_in;

    #[test]
    fn fills_in_every_place_and_refuses_a_page_without_one() {
        let page = fill_in("<head>{{assets}}/a {{assets}}/b</head>", "12", None).unwrap();
        assert_eq!(page, "<head>/assets/12/a /assets/12/b</head>");
        let page = fill_in("<head>{{assets}}</head>", "12", Some("r.js")).unwrap();
        assert!(page.contains("<script type=\"module\" src=\"/assets/12/r.js\"></script>"), "{page}");
        assert!(fill_in("<head></head>", "12", None).is_err());
    }
}

//! Puts the app, the style sheets and the static files together.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::files::{self, File};
use crate::minify::minify;
use crate::page;

/// The files in this folder are joined, in the order of their names, into [`STYLES`]: one request instead of many.
const STYLE_FOLDER: &str = "css/";
const STYLES: &str = "app.css";
const RELOAD: &str = "reload.js";

/// The files that a server serves.
#[derive(Debug)]
pub struct Site {
    /// The name of the assets' folder. It changes with any file, so assets may be cached for ever, and files of
    /// different builds never mix.
    pub hash: String,
    /// The files below `assets/<hash>/`.
    pub assets: Vec<File>,
    /// The files at the top: the page.
    pub pages: Vec<File>,
}

/// Reads `frontend/static` and `frontend/index.html`, and joins them with the app.
pub fn assemble(frontend: &Path, app: Vec<File>, release: bool) -> Result<Site> {
    let template = files::read(&frontend.join("index.html"))?;
    let template = String::from_utf8(template).context("index.html is no text")?;
    let mut assets = app;
    let (styles, others): (Vec<File>, Vec<File>) =
        files::read_folder(&frontend.join("static"))?.into_iter().partition(|file| file.path.starts_with(STYLE_FOLDER));
    assets.push(File::new(STYLES, joined(&styles)));
    assets.extend(others);
    if !release {
        assets.push(File::new(RELOAD, include_str!("reload.js")));
    }
    assets.sort_by(|left, right| left.path.cmp(&right.path));
    for (file, next) in assets.iter().zip(assets.iter().skip(1)) {
        ensure!(file.path != next.path, "two files want the name {}", file.path);
    }
    if release {
        minify(&mut assets)?;
    }
    let hash = hash_of(&template, &assets);
    let script = (!release).then_some(RELOAD);
    let pages = vec![File::new("index.html", page::fill_in(&template, &hash, script)?)];
    Ok(Site { hash, assets, pages })
}

fn joined(styles: &[File]) -> Vec<u8> {
    let mut all = Vec::new();
    for style in styles {
        all.extend_from_slice(&style.bytes);
        // A file may lack the last newline.
        all.push(b'\n');
    }
    all
}

fn hash_of(template: &str, assets: &[File]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(bytes.len().to_string());
        hasher.update(b":");
        hasher.update(bytes);
    };
    add(template.as_bytes());
    for file in assets {
        add(file.path.as_bytes());
        add(&file.bytes);
    }
    // 64 bits are enough to distinguish builds.
    let beginning = hasher.finalize().first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
    format!("{beginning:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn frontend() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("static/css")).unwrap();
        for (path, text) in [
            ("index.html", "<head><link href=\"{{assets}}/app.css\"></head>"),
            ("static/css/20-b.css", "b{}"),
            ("static/css/10-a.css", "a{}"),
            ("static/icon.svg", "<svg/>"),
            ("static/.swp", "x"),
        ] {
            fs::write(folder.path().join(path), text).unwrap();
        }
        folder
    }

    #[test]
    fn styles_are_joined_in_order_and_other_files_are_kept() {
        let folder = frontend();
        let app = vec![File::new("app.js", "1")];
        let site = assemble(folder.path(), app.clone(), true).unwrap();
        let paths: Vec<&str> = site.assets.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["app.css", "app.js", "icon.svg"]);
        assert_eq!(site.assets[0].bytes, b"a{}b{}");
        let page = String::from_utf8(site.pages[0].bytes.clone()).unwrap();
        assert_eq!(page, format!("<head><link href=\"/assets/{}/app.css\"></head>", site.hash));
        assert_eq!(site.hash.len(), 16);
        let dev = assemble(folder.path(), app, false).unwrap();
        assert!(dev.assets.iter().any(|file| file.path == RELOAD));
    }

    #[test]
    fn any_change_gives_another_hash() {
        let folder = frontend();
        let hash = |app: &str| assemble(folder.path(), vec![File::new("app.js", app)], true).unwrap().hash;
        let first = hash("1");
        assert_eq!(first, hash("1"));
        assert_ne!(first, hash("2"));
        fs::rename(folder.path().join("static/icon.svg"), folder.path().join("static/mark.svg")).unwrap();
        assert_ne!(first, hash("1"));
        let before = hash("1");
        fs::write(folder.path().join("index.html"), "<head></head>{{assets}}").unwrap();
        assert_ne!(before, hash("1"));
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let error = assemble(frontend().path(), vec![File::new("icon.svg", "1")], true).unwrap_err();
        assert!(error.to_string().contains("icon.svg"), "{error}");
    }
}

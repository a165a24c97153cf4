//! Minification of style sheets.

use std::path::Path;

use anyhow::{Result, anyhow};

use crate::files::File;

/// Removes comments and white space from style sheets. Scripts stay as they are: they are one per cent of what is sent,
/// and the minifier of this crate joins lines that wasm-bindgen does not end with a semicolon.
pub fn minify(files: &mut [File]) -> Result<()> {
    for file in files {
        if Path::new(&file.path).extension().is_none_or(|ending| ending != "css") {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        let minified = minifier::css::minify(text).map(|text| text.to_string());
        file.bytes = minified.map_err(|reason| anyhow!("{} cannot be minified: {reason}", file.path))?.into_bytes();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_go_and_meaning_stays() {
        let mut files = [
            File::new("a.css", "/* a */\n.a  >  b {\n  width: calc(1px + 2px);\n  color: red;\n}\n"),
            File::new("a.js", "import * as a from \"./a.js\"\nimport * as b from \"./b.js\"\n"),
            File::new("a.svg", "<svg>  </svg>"),
        ];
        minify(&mut files).unwrap();
        let texts = files.map(|file| String::from_utf8(file.bytes).unwrap());
        assert_eq!(texts[0].trim(), ".a>b{width:calc(1px + 2px);color:red;}");
        assert_eq!(texts[1], "import * as a from \"./a.js\"\nimport * as b from \"./b.js\"\n");
        assert_eq!(texts[2], "<svg>  </svg>");
    }
}

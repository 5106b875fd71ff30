//! Makes sure there is something to embed: a checkout whose pages were never built still compiles, and the page
//! it then serves says how to build the real ones. Pages that are there are never touched.

use std::{fs, io, path::Path};

const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">
<title>vanthu</title></head><body><h1>Chưa có trang web</h1>
<p>Máy chủ đang chạy, nhưng các trang chưa được dựng. Trong thư mục <code>web</code> hãy chạy:</p>
<pre>npm ci\nnpm run build</pre>
<p>rồi dựng lại chương trình.</p></body></html>
";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=dist");
    let dist = Path::new("dist");
    fs::create_dir_all(dist)?;
    for page in ["index.html", "hub.html"] {
        let path = dist.join(page);
        if !path.exists() {
            fs::write(path, PLACEHOLDER)?;
        }
    }
    Ok(())
}

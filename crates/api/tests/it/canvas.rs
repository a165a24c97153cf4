//! The canvas of a workflow: its picture, its layout, and connections that are drawn.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::limits::{MAX_CANVAS_COORDINATE, MAX_EDGE_CHANGES, MAX_STEPS, MAX_ZOOM, MIN_ZOOM};

use crate::server::{Answer, Server, step};

/// A step, a condition with two cases, and two steps.
async fn tree(server: &Server) {
    let case =
        |name: &str, inner: &str| json!({"name": name, "when": "input.big", "steps": [step(inner, "demo-echo", "x")]});
    let cases = [case("big", "b"), case("small", "c")];
    let route = json!({"id": "route", "label": "Route", "type": "conditional", "cases": cases});
    let last = step("z", "demo-echo", "{{ steps.Gone.content }}");
    server.workflow("tree", &[step("a", "demo-echo", "x"), route, step("y", "demo-echo", "x"), last]).await;
}

impl Server {
    async fn put_freely(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body).send().await.unwrap()).await
    }

    async fn draw(&self, body: &Value) -> Value {
        self.put_freely("/workflows/tree/canvas", body).await.expect(StatusCode::OK)
    }

    /// The version of the workflow, and its positions as `a 1,2`.
    async fn layout(&self, path: &str) -> (Value, Vec<String>) {
        let workflow = self.get(path).await.expect(StatusCode::OK);
        (workflow["version"].clone(), positions(&workflow["layout"]))
    }
}

fn positions(nodes: &Value) -> Vec<String> {
    let nodes = nodes.as_array().unwrap().iter();
    nodes.map(|node| format!("{} {},{}", node["id"].as_str().unwrap(), node["x"], node["y"])).collect()
}

fn node<'a>(canvas: &'a Value, id: &str) -> &'a Value {
    canvas["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).unwrap()
}

fn edges(canvas: &Value) -> Vec<String> {
    let edges = canvas["edges"].as_array().unwrap().iter();
    let told = |edge: &Value| format!("{} {}", edge["id"].as_str().unwrap(), edge["target"].as_str().unwrap_or("end"));
    edges.filter(|edge| edge["is_explicit"] == true).map(told).collect()
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workflow_is_drawn_and_placed(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let read = server.get("/workflows/tree/canvas").await;
    assert!(read.headers["etag"].to_str().unwrap().starts_with("\"1-"));
    let canvas = read.expect(StatusCode::OK);
    assert_eq!((&canvas["version"], &canvas["viewport"]), (&json!(1), &Value::Null));
    assert_eq!((&node(&canvas, "z")["lint"], &node(&canvas, "a")["lint"]), (&json!("error"), &Value::Null));
    assert_eq!((&node(&canvas, "b")["parent_id"], &node(&canvas, "b")["slot"]), (&json!("route"), &json!("case:big")));
    assert_eq!(canvas["lanes"][1]["label"], "small");
    // Positions and a connection in one request.
    let body = json!({"nodes": [{"id": "z", "x": 400, "y": -20.5}, {"id": "b", "x": -30, "y": 100}],
        "edges": [{"source": "a", "target": "z"}, {"source": "route", "source_port": "case:small", "target": "end"}],
        "viewport": {"x": 1, "y": 2, "zoom": 0.5}});
    let drawn = server.draw(&body).await;
    assert_eq!((&drawn["version"], &drawn["viewport"]["zoom"]), (&json!(2), &json!(0.5)));
    assert_eq!((&node(&drawn, "z")["x"], &node(&drawn, "z")["is_placed"]), (&json!(400.0), &json!(true)));
    assert_eq!(node(&drawn, "b")["x"], 0.0, "a step stays in its list");
    assert_eq!(edges(&drawn), ["a>next z", "route>case:small end"]);
    assert_eq!(server.get("/workflows/tree/canvas").await.body, drawn);
    assert_eq!(
        server.layout("/workflows/tree").await,
        (json!(2), vec!["b -30.0,100.0".into(), "z 400.0,-20.5".into()])
    );
    // The same again changes nothing, and positions alone make no version.
    assert_eq!(server.draw(&body).await, drawn);
    let moved = server.put_freely("/workflows/tree/nodes/a/position", &json!({"x": 5, "y": 6})).await;
    assert_eq!(moved.expect(StatusCode::OK)["x"], 5.0);
    let (version, placed) = server.layout("/workflows/tree").await;
    assert_eq!((version, placed.len(), placed[0].as_str()), (json!(2), 3, "a 5.0,6.0"));
    assert_eq!(server.draw(&json!({"nodes": []})).await["viewport"]["x"], 1.0, "what is left out stays");
    assert_eq!(server.layout("/workflows/tree").await, (json!(2), vec![]));
    assert_eq!(server.get("/workflows/tree/versions").await.body["items"].as_array().unwrap().len(), 2);
    // A connection is taken away.
    let free = json!({"edges": [{"source": "a", "target": null}]});
    assert_eq!(edges(&server.draw(&free).await), ["route>case:small end"]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_layout_goes_with_its_workflow(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let placed = vec!["a 1.0,2.0".to_owned(), "z 3.0,4.0".to_owned()];
    let layout = json!([{"id": "z", "x": 3, "y": 4}, {"id": "gone", "x": 9, "y": 9}, {"id": "a", "x": 1, "y": 2}]);
    let patched = server.patch("/workflows/tree", &json!({ "layout": layout })).await.expect(StatusCode::OK);
    assert_eq!((&patched["version"], positions(&patched["layout"])), (&json!(1), placed.clone()));
    assert_eq!(server.layout("/workflows/tree").await, (json!(1), placed.clone()));
    // Copied, made a template, instantiated, exported and imported.
    let copy = server.post("/workflows/tree/copy", &json!({"id": "copy"})).await.expect(StatusCode::CREATED);
    assert_eq!(positions(&copy["layout"]), placed);
    let mut export = server.get("/workflows/copy").await.expect(StatusCode::OK);
    export["id"] = json!("imported");
    server.post("/workflows/templates", &export).await.expect(StatusCode::CREATED);
    assert_eq!(positions(&server.get("/workflows/templates/imported").await.body["layout"]), placed);
    let made = server.post("/workflows/templates/imported/instantiate", &json!({"id": "made"})).await;
    assert_eq!(positions(&made.expect(StatusCode::CREATED)["layout"]), placed);
    assert_eq!(server.layout("/workflows/made").await.1, placed);
    // A client that knows no layout leaves it as it is; a step that is gone takes its position along.
    let mut older = server.get("/workflows/tree").await.expect(StatusCode::OK);
    older.as_object_mut().unwrap().remove("layout");
    older["definition"]["steps"].as_array_mut().unwrap().pop();
    let saved = server.put_freely("/workflows/tree", &older).await.expect(StatusCode::OK);
    assert_eq!((&saved["version"], positions(&saved["layout"])), (&json!(2), vec!["a 1.0,2.0".to_owned()]));
    assert_eq!(server.layout("/workflows/tree").await, (json!(2), vec!["a 1.0,2.0".into()]));
    let restored = server.request(Method::POST, "/workflows/tree/versions/1/restore").header("if-match", "\"2\"");
    Answer::of(restored.send().await.unwrap()).await.expect(StatusCode::OK);
    assert_eq!(server.layout("/workflows/tree").await, (json!(3), placed));
    server.patch("/workflows/tree", &json!({"layout": null})).await.expect(StatusCode::OK);
    assert_eq!(server.layout("/workflows/tree").await, (json!(3), vec![]));
    server.delete("/workflows/tree").await;
    tree(&server).await;
    assert_eq!(server.layout("/workflows/tree").await.1, [""; 0], "a new workflow of the same id");
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_layout_is_never_hidden(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let read = async |tag: &str| {
        let request = server.request(Method::GET, "/workflows/tree").header("if-none-match", tag);
        Answer::of(request.send().await.unwrap()).await
    };
    let first = server.get("/workflows/tree").await;
    assert_eq!(first.headers["etag"], "\"1\"", "without a layout the tag is the version");
    let place = async |x: i32| {
        server.put_freely("/workflows/tree/nodes/a/position", &json!({"x": x, "y": 0})).await.expect(StatusCode::OK)
    };
    let mut tag = "\"1\"".to_owned();
    for x in [7, 8] {
        place(x).await;
        let changed = read(&tag).await;
        assert_eq!(changed.status, StatusCode::OK, "{tag}");
        assert_eq!(changed.body["layout"][0]["x"], f64::from(x));
        tag = changed.headers["etag"].to_str().unwrap().to_owned();
        assert!(tag.starts_with("\"1-"), "{tag}");
        assert_eq!(read(&tag).await.status, StatusCode::NOT_MODIFIED);
    }
    // The version, or the tag as it was read, is the condition of a change.
    let conditional = |if_match: String, name: &str| {
        server
            .request(Method::PATCH, "/workflows/tree")
            .header("if-match", if_match)
            .json(&json!({ "name": name }))
            .send()
    };
    for (at, if_match) in
        [tag.clone(), "\"2\"".into(), "3".into(), "W/\"4-0a1b2c3d-gzip\"".into()].into_iter().enumerate()
    {
        let saved = Answer::of(conditional(if_match.clone(), &format!("{at}")).await.unwrap()).await;
        assert_eq!(saved.status, StatusCode::OK, "{if_match}: {}", saved.body);
    }
    for stale in [tag, "\"4-0a1b2c3d\"".into()] {
        Answer::of(conditional(stale, "x").await.unwrap()).await.problem(409, "version_conflict");
    }
    for wrong in ["\"5-0a1b2c3\"", "\"5-0a1b2c3dx\"", "\"five\""] {
        Answer::of(conditional(wrong.into(), "x").await.unwrap()).await.problem(400, "invalid_header");
    }
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_a_canvas_at_once_all_land(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let ids = ["a", "route", "b", "c", "y", "z"];
    let place = ids.map(|id| {
        let server = &server;
        async move {
            let address = format!("/workflows/tree/nodes/{id}/position");
            server.put_freely(&address, &json!({"x": 1, "y": 2})).await.expect(StatusCode::OK);
        }
    });
    join_all(place).await;
    assert_eq!(server.layout("/workflows/tree").await.1.len(), ids.len());
    // Each connection makes a version, and none is lost.
    let connect = [("a", "y"), ("route", "z"), ("y", "end")].map(|(source, target)| {
        let body = json!({"edges": [{"source": source, "target": target}]});
        let server = &server;
        async move { server.draw(&body).await }
    });
    join_all(connect).await;
    let canvas = server.get("/workflows/tree/canvas").await.expect(StatusCode::OK);
    assert_eq!(
        (&canvas["version"], edges(&canvas)),
        (&json!(4), vec!["a>next y".into(), "route>next z".into(), "y>next end".into()])
    );
    // With `If-Match`, only the version that was read is changed.
    let body = json!({"nodes": [], "edges": [{"source": "a", "target": null}]});
    server.put("/workflows/tree/canvas", "\"3\"", &body).await.problem(409, "version_conflict");
    assert_eq!(server.layout("/workflows/tree").await.1.len(), ids.len(), "all or nothing");
    let saved = server.put("/workflows/tree/canvas", "\"4\"", &body).await;
    assert!(saved.headers["etag"].to_str().unwrap().starts_with("\"5-"));
    saved.expect(StatusCode::OK);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_drawn_is_told(#[future(awt)] database: TestDatabase) {
    let server = Server::start(&database);
    tree(&server).await;
    let place = |id: &str, x: f64| json!({"nodes": [{"id": "a", "x": 0, "y": 0}, {"id": id, "x": x, "y": 0}]});
    let connect = |source: &str, port: Option<&str>, target: &str| {
        let fine = json!({"source": "a", "target": "y"});
        let mut wrong = json!({"source": source, "target": target});
        if let Some(port) = port {
            wrong["source_port"] = port.into();
        }
        json!({"nodes": [{"id": "a", "x": 1, "y": 1}], "edges": [fine, wrong]})
    };
    let many = |count: usize| {
        let node = |at: usize| json!({"id": format!("s{at}"), "x": 0, "y": 0});
        json!({"nodes": (0..count).map(node).collect::<Vec<_>>()})
    };
    let edge = |at: usize| json!({"source": format!("s{at}"), "target": null});
    let wires = json!({"edges": (0..=MAX_EDGE_CHANGES).map(edge).collect::<Vec<_>>()});
    let zoom = |zoom: f64| json!({"viewport": {"x": 0, "y": 0, "zoom": zoom}});
    for (body, pointer) in [
        (place("gone", 0.0), "/nodes/1/id"),
        (place("a", 0.0), "/nodes/1/id"),
        (place("z", 1e300), "/nodes/1/x"),
        (place("z", MAX_CANVAS_COORDINATE + 1.0), "/nodes/1/x"),
        (place("z", -MAX_CANVAS_COORDINATE - 1.0), "/nodes/1/x"),
        (json!({"nodes": [{"id": "a", "x": "NaN", "y": 0}]}), "/nodes/0/x"),
        (json!({"nodes": [{"id": "a", "x": null, "y": 0}]}), "/nodes/0/x"),
        (json!({"nodes": [{"id": "a", "x": 0}]}), "/nodes/0"),
        (json!({"nodes": [{"id": "a", "x": 0, "y": 0, "z": 0}]}), "/nodes/0/z"),
        (many(MAX_STEPS + 1), "/nodes"),
        (many(10_000), "/nodes"),
        (many(MAX_STEPS), "/nodes/0/id"),
        (wires, "/edges"),
        (connect("gone", None, "z"), "/edges/1/source"),
        (connect("z", None, "a"), "/edges/1/target"),
        (connect("y", None, "y"), "/edges/1/target"),
        (connect("b", None, "z"), "/edges/1/target"),
        (connect("y", None, "gone"), "/edges/1/target"),
        (connect("y", Some("case:big"), "z"), "/edges/1/source_port"),
        (connect("route", Some("case:huge"), "z"), "/edges/1/source_port"),
        (connect("route", Some("otherwise"), "z"), "/edges/1/source_port"),
        (connect("route", Some("big"), "z"), "/edges/1/source_port"),
        (connect("a", Some("next"), "z"), "/edges/1"),
        (json!({"viewport": {"x": 0, "y": 0, "zoom": 1, "z": 0}}), "/viewport/z"),
        (zoom(MIN_ZOOM / 2.0), "/viewport/zoom"),
        (zoom(MAX_ZOOM * 2.0), "/viewport/zoom"),
        (json!({"lanes": []}), "/lanes"),
    ] {
        let answer = server.put_freely("/workflows/tree/canvas", &body).await;
        let shown = body.to_string().chars().take(200).collect::<String>();
        assert_eq!(answer.status, 422, "{shown}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{shown}: {}", answer.body);
    }
    for (body, pointer) in
        [(json!({"x": 1e300, "y": 0}), "/x"), (json!({"x": 0, "y": -2e6}), "/y"), (json!({"x": 0}), "")]
    {
        let answer = server.put_freely("/workflows/tree/nodes/a/position", &body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
    }
    for (node, pointer) in [
        (json!({"id": "a", "x": 1e300, "y": 0}), "/layout/0/x"),
        (json!({"id": "a", "x": 0, "y": 0, "z": 0}), "/layout/0/z"),
    ] {
        let answer = server.patch("/workflows/tree", &json!({ "layout": [node] })).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    // Nothing of it has been saved.
    assert_eq!(server.layout("/workflows/tree").await, (json!(1), vec![]));
    // At the limits.
    let far = |x: f64| json!({"nodes": [{"id": "a", "x": x, "y": -x}], "viewport": {"x": x, "y": 0, "zoom": MAX_ZOOM}});
    for x in [MAX_CANVAS_COORDINATE, -MAX_CANVAS_COORDINATE] {
        assert_eq!(node(&server.draw(&far(x)).await, "a")["x"], x);
    }
    let place = json!({"x": 0, "y": 0});
    server.put_freely("/workflows/tree/nodes/gone/position", &place).await.problem(404, "step_not_found");
    server.put_freely("/workflows/gone/nodes/a/position", &place).await.problem(404, "workflow_not_found");
    server.delete("/workflows/tree").await;
    server.put_freely("/workflows/tree/nodes/a/position", &place).await.problem(404, "workflow_not_found");
    server.put_freely("/workflows/tree/canvas", &json!({"nodes": []})).await.problem(404, "workflow_not_found");
    server.get("/workflows/tree/canvas").await.problem(404, "workflow_not_found");
}

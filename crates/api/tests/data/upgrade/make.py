#!/usr/bin/env python3
"""Makes the databases of this folder with an old server: make.py SERVER POSTGRES_URL. README.md says how and why."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PASSPHRASE = "the passphrase of the upgrade test"
HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    def __init__(self, binary, folder, database):
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--master-key", PASSPHRASE, "--lease-seconds", "1"]
        command += ["--database-url", database] if database else []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def call(self, method, path, body=None, **headers):
        headers["content-type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.read().decode()}")

    def start(self, workflow, wait=None, **body):
        headers = {"Idempotency-Key": f"key-{workflow}"}
        query = f"?wait={wait}" if wait else ""
        return self.call("POST", f"/workflows/{workflow}/executions{query}", {"input": {"topic": "tea"}, **body}, **headers)["id"]

    def until(self, execution, wanted):
        for _ in range(600):
            found = self.call("GET", f"/workflows/executions/{execution}")
            if wanted(found):
                return found
            time.sleep(0.05)
        sys.exit(f"not as wanted: {found}")


def step(name, model, prompt="Write about {{input.topic}}.", **more):
    return {"id": name, "label": name.upper(), "type": "llm", "provider": "demo", "model": model, "prompt": prompt, **more}


def review(name, **more):
    return {"id": name, "label": name.upper(), "type": "review", **more}


WORKFLOWS = {
    "done": [step("a", "demo-instant"), step("b", "demo-echo", "{{steps.A.content}} and more")],
    "failed": [step("a", "demo-echo"), step("b", "demo-broken", max_retries=0)],
    "cancelled": [step("a", "demo-echo"), review("r", shows=["a"])],
    "review": [step("a", "demo-echo", "Text to review"), review("r", shows=["a"]), step("b", "demo-echo", "{{steps.R.content}}!")],
    "decided": [step("a", "demo-echo", "Text to revise"), review("r", shows=["a"])],
    "held": [step("a", "demo-slow"), step("b", "demo-echo", "after the hold")],
    "budget": [step("a", "gpt-5.4-mini", provider="openai")],
    "unknown": [step("a", "demo-slow", effect="writes"), step("b", "demo-echo", "{{steps.A.content}}")],
    "streaming": [step("a", "demo-slow"), step("b", "demo-echo", "the end")],
    "waiting": [step("a", "demo-flaky"), step("b", "demo-echo", "the end")],
}


def streaming(found):
    return len(found["steps"][0].get("content") or "") > 20


def fill(binary, folder, database):
    server = Server(binary, folder, database)
    server.call("PUT", "/providers/openai/credential", {"api_key": "sk-upgrade-0123456789", "base_url": "http://127.0.0.1:9/v1"})
    server.call("POST", "/personas", {"id": "editor", "name": "Editor", "description": "Old", "instructions": "Be brief."})
    for name, steps in WORKFLOWS.items():
        definition = {"steps": steps, **({"persona_id": "editor"} if name == "done" else {})}
        server.call("POST", "/workflows", {"id": name, "name": name.title(), "tags": ["old", name], "definition": definition})
    saved = server.call("GET", "/workflows/done")
    for version in (1, 2):
        body = {key: saved[key] for key in ("name", "tags", "definition")} | {"description": f"Saved {version + 1} times"}
        server.call("PUT", "/workflows/done", body, **{"If-Match": f'"{version}"'})
    for name in ("done", "failed", "cancelled", "review", "decided"):
        execution = server.start(name, wait=20)
        if name == "cancelled":
            server.call("POST", f"/workflows/executions/{execution}/cancel", {})
        if name == "decided":
            gate = f"/workflows/executions/{execution}/steps/r/review"
            for _ in range(2):
                server.call("POST", gate, {"decision": "revise", "comment": "Shorter, please."})
                server.until(execution, lambda found: found["status"] == "paused")
            server.call("POST", gate, {"decision": "approve", "content": "As edited"})
    server.start("budget", wait=20, budget_usd=0.0000001)
    held = server.start("held")
    server.until(held, streaming)
    server.call("POST", f"/workflows/executions/{held}/pause", {})
    server.until(held, lambda found: found["status"] == "paused")
    unknown = server.start("unknown")
    server.until(unknown, streaming)
    server.kill()
    server = Server(binary, folder, database)
    server.until(unknown, lambda found: found["steps"][0]["status"] == "outcome_unknown")
    live = server.start("streaming")
    server.until(live, streaming)
    waiting = server.start("waiting")
    server.until(waiting, lambda found: found["steps"][0]["status"] == "running" and found["steps"][0].get("error"))
    server.kill()


def main():
    binary, url = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        fill(binary, folder, None)
        file = next(name for name in os.listdir(folder) if name.endswith(".db"))
        dump = "\n".join(sqlite3.connect(os.path.join(folder, file)).iterdump())
        with open(os.path.join(HERE, "sqlite.sql"), "w") as out:
            out.write(f"PRAGMA foreign_keys = OFF;\n{dump}\n")
    subprocess.run(["psql", "-q", url, "-c", "CREATE DATABASE sluice_upgrade"], check=True)
    made = url.rsplit("/", 1)[0] + "/sluice_upgrade"
    try:
        with tempfile.TemporaryDirectory() as folder:
            fill(binary, folder, made)
        command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", "--schema=public", made]
        dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        subprocess.run(["psql", "-q", url, "-c", "DROP DATABASE sluice_upgrade WITH (FORCE)"], check=True)
    # The test loads it into a schema of its own.
    left_out = re.compile(r"^(\\|SET |SELECT pg_catalog|CREATE SCHEMA|COMMENT ON SCHEMA)")
    lines = [line.replace("public.", "") for line in dump.split("\n") if not left_out.match(line)]
    with open(os.path.join(HERE, "postgres.sql"), "w") as out:
        out.write("\n".join(lines) + "\n")


main()

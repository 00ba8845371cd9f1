"""The ten-minute path of rules/README.md, as it stands there: its commands in
their order, in a copy of the project with a ledger of its own, and what they
print. `REWARD_UPDATE_README=1` writes what they print into the page."""

import os
import re
import shutil
import subprocess

import harness

TOPIC = "gigchain.domain-events"
PAGE = harness.ROOT / "rules" / "README.md"
BLOCK = re.compile(r"^```console ten-minutes\n(.*?)^```$",
                   re.MULTILINE | re.DOTALL)


def steps(block):
    """(command, output) of a block; a here-document belongs to its command."""
    lines = block.splitlines()
    found = []
    while lines:
        command = lines.pop(0)
        assert command.startswith("$ "), command
        command = command[2:]
        if "<<'EOF'" in command:
            end = lines.index("EOF")
            command = "\n".join([command, *lines[:end + 1]])
            lines = lines[end + 1:]
        output = []
        while lines and not lines[0].startswith("$ "):
            output.append(lines.pop(0))
        found.append((command, "".join(f"{line}\n" for line in output)))
    return found


def in_order(pattern, letter, text):
    """Texts that differ from run to run, named by their first places."""
    seen = {}
    return re.sub(pattern, lambda found: seen.setdefault(
        found[0], f"<{letter}{len(seen)}>"), text)


def plain(text):
    """Without what a change of the rules, or the clock, changes."""
    text = in_order(r"gigs@[0-9a-f]{8}", "stamp", text)
    text = re.sub(r"domain-events/\d+@\d+", "domain-events/<place>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z", "<time>", text)


class Desk:
    """A copy of the project in git, with a worker behind it."""

    def __init__(self, ctx, folder):
        self.ctx = ctx
        self.folder = folder
        for name in ("rules", "schemas", "ops/demo.d"):
            shutil.copytree(harness.ROOT / name, folder / name)
        (folder / "bin").mkdir()
        (folder / "bin" / "reward").symlink_to(harness.BINARY)
        settings = {"rules/dir": "rules/gigs.yaml",
                    "schemas/dir": "schemas/events"}
        self.env = harness.clean_env({
            "REWARD_CONFIG": str(ctx.config("worker", settings)),
            "BROKERS": ctx.stack.bootstrap,
            "PATH": f"{folder}/bin:{os.environ['PATH']}"})
        for words in (["init", "-q"], ["add", "rules"],
                      ["commit", "-q", "-m", "rules"]):
            subprocess.run(["git", "-c", "user.name=ops", "-c",
                            "user.email=ops@example.com", *words], check=True,
                           cwd=folder, env=self.env)
        ctx.worker()

    def run(self, command):
        command = command.replace(TOPIC, self.ctx.topic)
        done = subprocess.run(
            ["bash", "-c", command], text=True, cwd=self.folder, env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
            check=False)
        if command.startswith("kcat"):
            self.ctx.wait_consumed()
        return done.stdout.replace(self.ctx.topic, TOPIC)


def test_ten_minutes(ctx, tmp_path):
    desk = Desk(ctx, tmp_path)
    ctx.wait(lambda: ctx.scalar("SELECT count(*) FROM reward.rulesets"), 30,
             "the worker's rules are in force")
    page = PAGE.read_text()
    said, got = [], []

    def run_block(found):
        shown = ""
        for command, output in steps(found[1]):
            printed = desk.run(command)
            said.append(f"$ {command}\n{output}")
            got.append(f"$ {command}\n{printed}")
            shown += got[-1]
        return f"```console ten-minutes\n{shown}```"

    page = BLOCK.sub(run_block, page)
    if os.environ.get("REWARD_UPDATE_README"):
        PAGE.write_text(page)
    assert len(said) >= 8
    assert plain("".join(got)) == plain("".join(said))

# SPDX-License-Identifier: MIT
"""Documents say what the tree says: docs/components.md is written from the list.hpp files and the
headers they name, code marked as taken from a file stands in that file, links lead somewhere.

    check_docs.py           fails where a document is out of date
    check_docs.py --write   rewrites docs/components.md
"""

import re
import sys

import tree

DOCUMENT = tree.ROOT / "docs" / "components.md"
PICTURES = tree.ROOT / "docs" / "images"
HEAD = """\
# Components

Written by `python3 tests/checks/check_docs.py --write` from the `list.hpp` of each folder and the
headers it names; `ctest -R check_docs` fails where it is out of date. Everything else about a
component stands at its definition: shapes, randomness, cost, errors.
"""
FOLDERS = [
    ("skeleton", "Skeletons", "Beside these, `skeleton::dynamic` is filled from a file's joints and "
     "bones."),
    ("metric", "Metrics, and what they stand on", ""),
    ("clip", "Samplers of clips: proposals, constraints, and what they make",
     "`clip::whole_person` is `clip::visible` of every joint; `clip::prior_sampler` is a "
     "`clip::rejection` of ready constraints."),
    ("augment", "Augmentations and their compositions",
     "`augment::reference`, `augment::mg_fm`, `augment::mg_gestures`, `augment::skeletonclr`, "
     "`augment::aimclr_extreme` and `augment::ascal` (`augment/presets.hpp`) are ready sequences of "
     "these, `augment::prior` a choice of one."),
    ("encode", "Encoders", ""),
    ("loss", "Losses", ""),
    ("pretext", "Training methods", ""),
    ("train", "Optimisers and schedules", ""),
]
MEMBER = re.compile(r"^    (?:double|int|bool|std::\w+(?:<[^;=]*>)?) ([^;()]*=[^;()]*);", re.M)


def picture_problems():
    """Folders of the picture in docs/architecture.md against those of the tree, in their order."""
    page = (tree.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"```\n(.*?)```", page, re.S).group(1)
    drawn = re.findall(r"^ (\w+)  +\S", picture, re.M)
    there = [f for f in tree.ORDER if (tree.INCLUDE / f).is_dir()]
    if drawn != there:
        return [f"docs/architecture.md: the picture has the folders {', '.join(drawn)}; the tree has "
                f"{', '.join(there)}"]
    return []


def listed(folder):
    """Component headers in the order of the folder's list."""
    headers = tree.MGKIT_INCLUDE.findall(tree.text(f"{folder}/list.hpp"))
    return [h for h in headers if h.startswith(folder + "/") and not tree.is_infrastructure(h)]


def documentation(source, name):
    """Blocks of /// lines, the one before struct or class `name` first, each as one line of text."""
    blocks = re.findall(r"((?:^///[^\n]*\n)+)([^\n]*\n[^\n]*)", source, re.M)
    blocks.sort(key=lambda block: not re.search(rf"(?:struct|class) {name}\b", block[1]))
    return [" ".join(line[3:].strip() for line in block.splitlines()) for block, _ in blocks]


def origin(texts):
    """The sentence after the first "Source:"."""
    for text in texts:
        found = re.search(r"Source: (.*?)(?:(?<!al)\.(?= [A-Z])|\.?$)", text)
        if found:
            return found.group(1)
    return ""


def body(source, name):
    found = re.search(rf"^(?:struct|class) {name}\b[^;{{]*{{\n(.*?)^}};", source, re.M | re.S)
    return found.group(1) if found else ""


def settings(source, name):
    """Public members with defaults before anything nested, and how many joints a skeleton has."""
    joints = re.search(r"array<std::string_view, (\d+)> joints", body(source, name))
    if joints:
        return f"{joints.group(1)} joints"
    base = re.search(rf"^struct {name} : (\w+)", source, re.M)
    if base:
        return f"as `{base.group(1)}`"
    out = []
    for block in (body(source, name), body(source, f"{name}_settings")):
        plain = re.split(r"^    (?:struct|class|template|explicit|private)", block, flags=re.M)[0]
        for members in MEMBER.findall(plain):
            for part in re.split(r", (?=\w+ = )", " ".join(members.split())):
                if "static" not in part:
                    out.append(part)
    return ", ".join(out)


def cell(text):
    return text.replace("|", "\\|")


def section(folder, title, note):
    rows = []
    for header in listed(folder):
        name = header.rpartition("/")[2][:-len(".hpp")]
        source = tree.text(header)
        beside = header.removesuffix(".hpp") + "_settings.hpp"
        if (tree.INCLUDE / beside).is_file():
            source += tree.text(beside)
        what = source.splitlines()[0].removeprefix("//").strip().rstrip(".")
        values = settings(source, name)
        # By examples/draw_augmentations: a component without a drawing is a problem; compositions,
        # which are templates, have parts with drawings.
        composed = re.search(rf"^template <[^;{{]*\n(?:struct|class) {name}\b", source, re.M)
        drawn = (f" ([moving](images/{folder}/{name}.svg))"
                 if (PICTURES / folder).is_dir() and not composed else "")
        rows.append((f"[`{name}`](../include/mgkit/{header}){drawn}", what,
                     f"`{values}`" if "=" in values else values,
                     origin(documentation(source, name))))
    out = f"\n## {title}\n\n"
    if note:
        out += note + "\n\n"
    if not rows:
        return out.rstrip("\n") + "\n"
    columns = [["component", "what it is", "settings", "source"]] + [list(row) for row in rows]
    kept = [i for i in range(4) if any(row[i] for row in columns[1:])]
    lines = ["| " + " | ".join(cell(row[i]) for i in kept) + " |" for row in columns]
    lines.insert(1, "|" + "---|" * len(kept))
    return out + "\n".join(lines) + "\n"


def check_quotes(path, problems):
    """Each line of a block below `<!-- from FILE -->` stands in FILE."""
    text = path.read_text(encoding="utf-8")
    for name, block in re.findall(r"<!-- from (\S+) -->\n+```\w*\n(.*?)```", text, re.S):
        known = {line.strip() for line in (tree.ROOT / name).read_text().splitlines()}
        for line in block.splitlines():
            if line.strip() not in known:
                problems.append(f"{path.name}: not in {name}: {line.strip()}")


def check_links(path, problems):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and not (path.parent / target).exists():
            problems.append(f"{path.relative_to(tree.ROOT)}: {target} does not exist")


def main():
    content = HEAD + "".join(section(*entry) for entry in FOLDERS)
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(content, encoding="utf-8")
    problems = picture_problems()
    if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != content:
        problems.append(f"{DOCUMENT.relative_to(tree.ROOT)} is out of date: "
                        "run tests/checks/check_docs.py --write")
    documents = [*sorted(tree.ROOT.glob("*.md")), *sorted((tree.ROOT / "docs").glob("*.md"))]
    for path in documents:
        check_quotes(path, problems)
        check_links(path, problems)
    tree.finish("docs", problems,
                f"{content.count('](../include')} components, {len(documents)} documents")


main()

# SPDX-License-Identifier: MIT
"""What can be asked for by name can be had everywhere: each row of cmake/components.json has a Conan
option, a vcpkg feature, both with the row's requirements, a page that names its target, a line in
docs/installing.md, a consumer and an example. The default component needs no option and no feature.
"""

import importlib.util
import json
import re
import sys
import types

import tree

sys.dont_write_bytecode = True


class Options(dict):
    """Options of a recipe: what is not set is False."""
    __getattr__ = get_safe = lambda self, name: self.get(name, False)


class Anything(types.ModuleType):
    """A module that has every name; the recipe's base class is an empty one."""
    def __getattr__(self, name):
        return type(name, (), {})


def recipe():
    """The class in conanfile.py, without Conan."""
    for name in ("conan", "conan.errors", "conan.tools", "conan.tools.build", "conan.tools.cmake",
                 "conan.tools.files", "conan.tools.scm"):
        sys.modules[name] = Anything(name)
    spec = importlib.util.spec_from_file_location("mgkit_recipe", tree.ROOT / "conanfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MgkitConan


def required(made, **options):
    """What the recipe requires with these options."""
    it, found = made(), []
    it.options = Options(gemm="eigen", **options)
    it.requires = lambda name, **_: found.append(name)
    it.requirements()
    return found


def names(dependencies):
    return [d if isinstance(d, str) else d["name"] for d in dependencies]


def text(path):
    file = tree.ROOT / path
    return file.read_text(encoding="utf-8") if file.is_file() else ""


made = recipe()
port = json.loads(text("ports/mgkit/vcpkg.json"))
portfile = text("ports/mgkit/portfile.cmake")
base = required(made)
problems = []
rows = tree.components()
for row in rows:
    name, target = row["name"], row["target"]

    def missing(what):
        problems.append(f"component {name}: {what}")

    if not row["default"]:
        if False not in made.options.get(name, []) or made.default_options.get(name) is not False:
            missing("conanfile.py has no option of this name that is False unless asked for")
        elif required(made, **{name: True}) != base + row["conan"]:
            missing(f"conanfile.py requires other packages than {row['conan']} for it")
        feature = name.replace("_", "-")
        entry = port["features"].get(feature)
        if entry is None:
            missing(f"ports/mgkit/vcpkg.json has no feature {feature}")
        else:
            own = [d for d in names(entry.get("dependencies", [])) if d != "mgkit"]
            if sorted(own) != sorted(row["vcpkg"]):
                missing(f"the vcpkg feature depends on {own}, the row on {row['vcpkg']}")
        if not re.search(rf'["\s]{re.escape(feature)}["\s]', portfile):
            missing(f"ports/mgkit/portfile.cmake does nothing for the feature {feature}")
        if (row["conan"] or row["vcpkg"]) and not row["probe"] and row["language"] == "CXX":
            missing("no `probe`, a header by which scripts/has_component tells whether its library is there")
    for page in (row["page"], "docs/installing.md"):
        if not re.search(rf"{re.escape(target)}\b(?!::)", text(page)):
            missing(f"{page} does not name {target}")
    for field in ("consumer", "example"):
        if not text(row[field]).strip():
            missing(f"no {field} {row[field]}")

for feature in port["features"]:
    if feature.replace("-", "_") not in [r["name"] for r in rows] + ["onednn", "openblas", "openmp"]:
        problems.append(f"ports/mgkit/vcpkg.json: feature {feature} is no component")
tree.finish("components", problems, f"{len(rows)} components")

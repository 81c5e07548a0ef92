# SPDX-License-Identifier: MIT
"""Each list.hpp includes every component header beside it, and its type list the plain types.

A header is a plain type if it defines a struct or class, no template, of its own name; templates and
functions cannot stand in a type list, and their include is their entry.
"""

import re

import tree

problems = []
by_folder = {}
for header in tree.headers():
    by_folder.setdefault(header.rpartition("/")[0], []).append(header)

lists = components = 0
for folder, headers in by_folder.items():
    own_list = f"{folder}/list.hpp"
    wanted = [h for h in headers if folder and not tree.is_infrastructure(h)]
    if own_list not in headers:
        if folder in tree.EXTENSIBLE and wanted:
            problems.append(f"{folder}/: no list.hpp for {', '.join(wanted)}")
        continue
    lists += 1
    source = tree.text(own_list)
    included = set(tree.MGKIT_INCLUDE.findall(source))
    code = re.sub(r"//[^\n]*", "", tree.ANY_INCLUDE.sub("", source))
    for header in wanted:
        components += 1
        name = header.rpartition("/")[2][:-len(".hpp")]
        plain = re.search(rf"(?<!>)\n(struct|class) {name}\b", tree.text(header))
        if header not in included:
            problems.append(f"{own_list}: does not include mgkit/{header}; if that is no component, "
                            "say '// infrastructure' in its first lines")
        elif plain and "type_list" in code and not re.search(rf"\b{name}\b", code):
            problems.append(f"{own_list}: includes {header} but its list does not name {name}")
tree.finish("lists", problems, f"{lists} lists, {components} components")

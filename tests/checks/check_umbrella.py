# SPDX-License-Identifier: MIT
"""mgkit.hpp includes every public header of the default backend but what programs include by name:
studies and their reports, audits over the list of augmentations, inference, and the generator of
interviews. With --write, rewrites it."""

import sys

import tree

HEAD = f"""\
// {tree.LICENCE}
// mgkit on the default backend. Optional backends, augment/by_name.hpp, data/interview/, inference.hpp,
// probe/invariance.hpp, report/, study/ and testing/ are included by name.
// Kept by tests/checks/check_umbrella.py --write.
#pragma once

"""

BY_NAME = ("augment/by_name.hpp", "data/interview/", "inference.hpp", "probe/invariance.hpp", "report/",
           "study/", "testing/")
wanted = [h for h in tree.headers()
          if h != "mgkit.hpp" and not tree.is_private(h) and not h.startswith(BY_NAME)
          and not tree.optional_backend(h)]
content = HEAD + "".join(f'#include "mgkit/{h}"\n' for h in wanted)
umbrella = tree.INCLUDE / "mgkit.hpp"
if "--write" in sys.argv[1:]:
    umbrella.write_text(content, encoding="utf-8")
present = set(tree.MGKIT_INCLUDE.findall(umbrella.read_text(encoding="utf-8")))
problems = [f"mgkit.hpp: lacks mgkit/{h} (run tests/checks/check_umbrella.py --write)"
            for h in wanted if h not in present]
problems += [f"mgkit.hpp: must not include mgkit/{h}" for h in sorted(present - set(wanted))]
tree.finish("umbrella", problems, f"{len(wanted)} public headers")

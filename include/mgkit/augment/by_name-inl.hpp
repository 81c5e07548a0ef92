// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/augment/by_name.hpp"

namespace MGKIT_NAMESPACE::augment {

MGKIT_COLD_INLINE std::vector<named_stage> prior_stages(const skeleton::dynamic& of) {
    const prior set(of);
    std::vector<named_stage> out;
    const auto add = [&]<class A>(const A& stage) {
        out.push_back({"prior." + std::string(A::name), stage});
    };
    add(set.get<joint_corruption>());
    add(set.get<rotation>());
    add(set.get<joint_mask>());
    add(set.get<mirror>());
    add(set.get<frame_drop>());
    return out;
}

MGKIT_COLD_INLINE stage_list stages_by_name(std::string_view names,
                                            const std::vector<named_stage>& from,
                                            const char* where) {
    if (names == "none") return {};
    std::vector<any_stage> out;
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find('+', begin), names.size());
        const std::string_view name = names.substr(begin, end - begin);
        const auto found = std::find_if(from.begin(), from.end(),
                                        [&](const named_stage& s) { return s.name == name; });
        if (found == from.end()) {
            std::string known = "none";
            for (const named_stage& s : from) known += ", " + s.name;
            throw error(where, "names of stages joined by + among " + known,
                        text("\"", name, "\" in \"", names, "\""), "mgfm list prints them");
        }
        out.push_back(found->stage);
        begin = end + 1;
    }
    return stage_list(std::move(out));
}

}  // namespace MGKIT_NAMESPACE::augment

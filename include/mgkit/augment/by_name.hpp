// SPDX-License-Identifier: MIT
// Policies in words: names of stages joined by "+".
// infrastructure: finds stages, is none itself
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/augment/list.hpp"
#include "mgkit/augment/stage_list.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/dynamic.hpp"

namespace MGKIT_NAMESPACE::augment {

/// A stage under the name by which users ask for it.
struct named_stage {
    std::string name;
    any_stage stage;
};

/// Every stage of a list at its default strength, in its order, for clips of skeleton `of`: a stage
/// that exchanges joints exchanges those of `of`. Compositions are left out, as their names do not
/// say what they are made of, and of equal names all but the first.
template <class List = all>
std::vector<named_stage> default_stages(const skeleton::dynamic& of) {
    std::vector<named_stage> out;
    List::for_each([&]<class A>(type_tag<A>) {
        constexpr std::string_view name = A::name;
        if (name == "sequence" || name == "one_of" ||
            std::any_of(out.begin(), out.end(),
                        [&](const named_stage& s) { return s.name == name; }))
            return;
        if constexpr (requires { A::of(of); })
            out.push_back({std::string(name), A::of(of)});
        else
            out.push_back({std::string(name), A{}});
    });
    return out;
}

/// The stages of `prior`, each set as there, under names like "prior.rotation".
std::vector<named_stage> prior_stages(const skeleton::dynamic& of);

/// "a+b+c" as stages a, b and c of `from`, in that order; "none" as no stage.
/// Errors: mgkit::error from `where` for a name that is not in `from` and for an empty one.
stage_list stages_by_name(std::string_view names, const std::vector<named_stage>& from,
                          const char* where);

}  // namespace MGKIT_NAMESPACE::augment

#if !defined(MGKIT_COMPILED)
#include "mgkit/augment/by_name-inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// A metric: the share of clips whose class was not missed by more than one.
// entry: metric/list.hpp all mgkit::toys::near_class
#pragma once

#include <cstddef>
#include <cstdlib>

#include "mgkit/metric/prediction.hpp"

namespace MGKIT_NAMESPACE::toys {

struct near_class {
    static constexpr const char* name = "near_class";

    double operator()(const metric::predictions& p) const {
        const auto given = metric::answers("near_class", p);
        double near = 0;
        for (std::size_t i = 0; i < given.size(); ++i)
            near += std::abs(given[i] - p.truth[i]) <= 1 ? 1 : 0;
        return near / static_cast<double>(given.size());
    }
};

}  // namespace MGKIT_NAMESPACE::toys

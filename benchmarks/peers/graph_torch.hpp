// SPDX-License-Identifier: MIT
// Adjacency matrices of a skeleton, written from the published codes' formulas.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace peer {

/// Edges (child, parent), counted from 0, and the joint that distances count from.
struct skeleton_graph {
    std::int64_t joints = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> edges;
    std::int64_t centre = 0;
};

/// Every column by its sum; what sums to 0 stays 0.
inline at::Tensor by_column(const at::Tensor& a) {
    const at::Tensor sums = a.sum(-2, true);
    return a / at::where(sums == 0, at::ones_like(sums), sums);
}

/// 2s-AGCN's and pyskl's `spatial`: joints themselves, parents to children, children to parents.
inline at::Tensor inward_outward(const skeleton_graph& g) {
    at::Tensor a = at::zeros({3, g.joints, g.joints}, at::kDouble);
    a[0].fill_diagonal_(1);
    for (const auto& [child, parent] : g.edges) {
        a[1].index_put_({at::tensor(parent), at::tensor(child)}, at::ones({1}, at::kDouble));
        a[2].index_put_({at::tensor(child), at::tensor(parent)}, at::ones({1}, at::kDouble));
    }
    return by_column(a);
}

/// The `spatial` strategy of the ST-GCN and AimCLR codes with one hop: distances to the centre are
/// known up to one edge, and unknown ones are equally far.
inline at::Tensor one_hop_partitions(const skeleton_graph& g) {
    at::Tensor near = at::eye(g.joints, at::kDouble);
    for (const auto& [child, parent] : g.edges)
        for (const auto& [row, column] : {std::pair(child, parent), std::pair(parent, child)})
            near.index_put_({at::tensor(row), at::tensor(column)}, at::ones({1}, at::kDouble));
    const at::Tensor weights = by_column(near), self = at::eye(g.joints, at::kDouble);
    at::Tensor far = at::full({g.joints}, 2, at::kDouble);  // 2: farther than one edge
    far.masked_fill_(near[g.centre] > 0, 1);
    far.index_put_({at::tensor(g.centre)}, at::zeros({1}, at::kDouble));
    const at::Tensor row_is_far = (far.unsqueeze(1) >= far.unsqueeze(0)).to(at::kDouble);
    return at::stack({weights * self, weights * (1 - self) * row_is_far,
                      weights * (1 - self) * (1 - row_is_far)});
}

}  // namespace peer

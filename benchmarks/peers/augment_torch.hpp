// SPDX-License-Identifier: MIT
// Four views of a clip as a user of LibTorch writes the pre-training feeder: a slice, a resize, one
// product, on the draws of ours, so that the values can be compared.
//
// Chosen in the peer's favour: views that need no resizing are not resized, the shear and the map
// are one product over all frames, nothing is recorded for gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "mgkit/augment/n_views.hpp"
#include "mgkit/augment/presets.hpp"
// LibTorch's own headers follow ours.
#include <ATen/ATen.h>

namespace peer {

/// `matrix` (columns) times the coordinates of x [3, ...].
inline at::Tensor mapped(const mgkit::augment::matrix3& matrix, bool transposed,
                         const at::Tensor& x) {
    at::Tensor m = at::empty({3, 3});
    float* const to = m.data_ptr<float>();
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c)
            to[3 * r + c] = static_cast<float>(transposed ? matrix[c][r] : matrix[r][c]);
    return at::mm(m, x.reshape({3, -1})).view(x.sizes());
}

inline at::Tensor damaged(const mgkit::augment::joint_damage& plan, const at::Tensor& x) {
    std::vector<std::int64_t> hit;
    for (int v = 0; v < x.size(2); ++v)
        if (plan.joints.contains(v)) hit.push_back(v);
    const at::Tensor joints = at::tensor(hit);
    if (plan.kind == mgkit::augment::damage::erase) return x.index_fill(2, joints, 0);
    return x.index_copy(2, joints, mapped(plan.mixing, true, x.index_select(2, joints)));
}

/// One view [3, T, V, M] of a clip [3, T', V, M] of the reference policy.
inline at::Tensor view_of(const mgkit::augment::reference::plan& plan, const at::Tensor& clip) {
    const auto& [crop, chosen] = plan;
    at::Tensor x = clip.narrow(1, crop.start, crop.length);
    if (crop.length != crop.frames)
        x = at::upsample_bilinear2d(x.reshape({1, 3, crop.length, -1}),
                                    {crop.frames, x.size(2) * x.size(3)}, false)
                .view({3, crop.frames, x.size(2), x.size(3)});
    if (const auto* whole = std::get_if<mgkit::augment::shear::plan>(&chosen))
        return mapped(whole->matrix, false, x);
    return damaged(std::get<mgkit::augment::joint_damage>(chosen), x);
}

/// The views of a clip, packed in `destination`.
template <std::size_t K>
void views_of(const mgkit::augment::n_views<K, mgkit::augment::reference>& policy,
              const mgkit::random_key& key, mgkit::skeleton::pose_view<const float> source,
              float* destination) {
    const mgkit::augment::clip_info info{source.shape, source.length, {}};
    const auto plans = policy.draw(key, info);
    const auto& s = source.shape;
    const at::Tensor clip =
        at::from_blob(const_cast<float*>(source.values), {3, s.frames, s.joints, s.persons});
    const int frames = policy.shape(info).frames;
    const at::Tensor out =
        at::from_blob(destination, {static_cast<std::int64_t>(K), 3, frames, s.joints, s.persons});
    for (std::size_t k = 0; k < K; ++k)
        out[static_cast<std::int64_t>(k)].copy_(view_of(plans[k], clip));
}

}  // namespace peer

// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/data/clip_digests.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace MGKIT_NAMESPACE::data {

namespace detail {

MGKIT_INLINE digest digest_of(const skeleton::dynamic& s) {
    digest out;
    const auto words = [&out](const std::vector<std::string>& list) {
        out.add(list.size());
        for (const auto& word : list) out.add(word);
    };
    const auto numbers = [&out](const std::vector<int>& list) { out.add(std::span(list)); };
    words(s.joints);
    numbers(s.parents);
    out.add(s.centre).add(s.scale_pair.first).add(s.scale_pair.second);
    numbers(s.mirror);
    words(s.part_names);
    numbers(s.part_of);
    numbers(s.anchors);
    return out;
}

}  // namespace detail

MGKIT_INLINE digest digest_of(const skeleton::pose_view<const float>& clip) {
    const auto points = static_cast<std::size_t>(clip.shape.points());
    const int channels = skeleton::channels(clip.shape.layout);
    std::size_t frames = 0;
    for (int c = 0; c < channels; ++c) {
        const float* const plane = clip.plane(c);
        std::size_t filled = clip.shape.plane();
        while (filled > frames * points && std::bit_cast<std::uint32_t>(plane[filled - 1]) == 0)
            --filled;
        frames = std::max(frames, (filled + points - 1) / points);
    }
    digest out;
    for (int c = 0; c < channels; ++c)
        out.add(std::span<const float>(clip.plane(c), frames * points));
    return out;
}

MGKIT_INLINE clip_digests digests_of(const clip_set& clips) {
    clip_digests out;
    const auto& shape = clips.shape;
    out.shape.add(static_cast<int>(shape.layout)).add(shape.joints);
    out.shape.add(shape.persons).add(clips.size());
    for (int i = 0; i < clips.size(); ++i) out.coordinates.add(digest_of(clips.clip(i)));
    out.skeleton = detail::digest_of(clips.topology);
    std::vector<char> present(clips.class_names.size(), 0);
    for (const int label : clips.labels)
        if (label >= 0 && label < clips.classes()) present[static_cast<std::size_t>(label)] = 1;
    for (std::size_t k = 0; k < present.size(); ++k) {
        if (present[k] == 0) continue;
        out.classes.add(k).add(clips.class_names[k]);
        if (k < clips.class_groups.size()) out.classes.add(clips.class_groups[k]);
    }
    out.lengths.add(std::span<const int>(clips.num_frames));
    out.ids.add(std::span<const std::uint32_t>(clips.ids));
    out.labels.add(std::span<const int>(clips.labels));
    out.subjects.add(std::span<const int>(clips.subjects));
    if (clips.views) out.views.add(std::span<const int>(*clips.views));
    if (clips.published) out.split.add(std::span<const int>(*clips.published));
    return out;
}

MGKIT_INLINE recipe recipe_of(const clip_digests& d) {
    return {{"coordinates", d.coordinates.hex()}, {"extents", d.shape.hex()},
            {"skeleton", d.skeleton.hex()},       {"class names", d.classes.hex()},
            {"lengths", d.lengths.hex()},         {"clip numbers", d.ids.hex()},
            {"labels", d.labels.hex()},           {"subjects", d.subjects.hex()},
            {"cameras", d.views.hex()},           {"published split", d.split.hex()}};
}

MGKIT_INLINE digest digest_of(const clip_digests& d) {
    return recipe_of(d).key();
}

MGKIT_INLINE digest digest_of(const clip_set& clips) {
    return digest_of(digests_of(clips));
}

}  // namespace MGKIT_NAMESPACE::data

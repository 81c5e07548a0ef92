// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/shared_people.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::study {

namespace detail {

MGKIT_COLD_INLINE splits sharing(const data::clip_set& clips, std::span<const int> sides,
                                 const std::string& words) {
    data::split one = data::split_sharing_people(clips, sides);
    const auto people = one.shared_people.size();
    return {
        {std::move(one)},
        text(words, "; ", people, people == 1 ? " person is" : " people are", " on both sides")};
}

MGKIT_COLD_INLINE splits across_views(const data::clip_set& clips, int tested, const char* where,
                                      const char* words) {
    if (!clips.views)
        throw error(where, "the camera of each clip", "none in " + clips.about.name,
                    "give the folder a view.npy");
    data::check_arrays(clips);
    std::vector<int> sides;
    for (const int view : *clips.views) {
        if (view < 1 || view > 3) throw error(where, "cameras 1 to 3", text(view));
        sides.push_back(view == tested);
    }
    return sharing(clips, sides, words);
}

MGKIT_COLD_INLINE void require_each(const char* where, const char* what,
                                    const data::clip_set& clips, std::size_t found) {
    if (found != static_cast<std::size_t>(clips.size()))
        throw error(where, text(what, " for each of ", clips.size(), " clips"), text(found));
}

}  // namespace detail

MGKIT_COLD_INLINE int shared_people(const data::clip_set& train, const data::clip_set& test) {
    const auto a = data::subjects_of(train, data::all_of(train)),
               b = data::subjects_of(test, data::all_of(test));
    std::vector<int> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return static_cast<int>(both.size());
}

MGKIT_COLD_INLINE splits ntu_cross_view(const data::clip_set& clips) {
    return detail::across_views(
        clips, 1, "study::ntu_cross_view",
        "cross-view of NTU RGB+D: cameras 2 and 3 train, camera 1 is tested");
}

MGKIT_COLD_INLINE splits nw_ucla_cross_view(const data::clip_set& clips) {
    return detail::across_views(
        clips, 3, "study::nw_ucla_cross_view",
        "cross-view of Northwestern-UCLA: views 1 and 2 train, view 3 is tested");
}

MGKIT_COLD_INLINE splits ntu_cross_setup(const data::clip_set& clips, std::span<const int> setups) {
    constexpr auto where = "study::ntu_cross_setup";
    detail::require_each(where, "a setup", clips, setups.size());
    std::vector<int> sides;
    for (const int setup : setups) {
        if (setup < 1) throw error(where, "setups from 1", text(setup));
        sides.push_back(setup % 2);
    }
    return detail::sharing(clips, sides,
                           "cross-setup of NTU RGB+D 120: even setups train, odd ones are tested");
}

MGKIT_COLD_INLINE splits imigue_videos(const data::clip_set& clips, std::span<const int> videos,
                                       std::span<const int> trained, std::span<const int> tested) {
    constexpr auto where = "study::imigue_videos";
    detail::require_each(where, "a video", clips, videos.size());
    std::set<int> train, test;
    for (const int v : trained)
        if (!train.insert(v).second)
            throw error(where, "every video once", text("video ", v, " twice in training"));
    for (const int v : tested) {
        if (train.contains(v))
            throw error(where, "every video on one side", text("video ", v, " on both"));
        if (!test.insert(v).second)
            throw error(where, "every video once", text("video ", v, " twice in the test"));
    }
    std::vector<int> sides;
    std::set<int> seen[2];
    for (const int v : videos) {
        sides.push_back(test.contains(v) ? 1 : train.contains(v) ? 0 : -1);
        if (sides.back() >= 0) seen[sides.back()].insert(v);
    }
    return detail::sharing(clips, sides,
                           text("videos of iMiGUE, by win and loss: ", seen[0].size(), " train, ",
                                seen[1].size(), " are tested"));
}

}  // namespace MGKIT_NAMESPACE::study

// SPDX-License-Identifier: MIT
// What holds for detections from any bytes that a reader accepted.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "mgkit/core/error.hpp"
#include "mgkit/data/detections.hpp"
#include "mgkit/data/joint_map.hpp"
#include "mgkit/data/joint_order.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/read_policy.hpp"

inline void require(bool condition) {
    if (!condition) std::abort();
}

inline void check_people(const mgkit::data::detections& people) {
    namespace skeleton = mgkit::skeleton;
    require(skeleton::fault(people.topology) == nullptr);
    require(people.frames() > 0 && people.first.front() == 0);
    for (std::size_t t = 1; t < people.first.size(); ++t)
        require(people.first[t] >= people.first[t - 1]);
    require(people.people() == people.track.size());
    require(people.values.size() == people.people() * people.stride());
    for (const float value : people.values) require(std::isfinite(value));
    for (const int track : people.track) require(track >= -1);
    if (people.frames() > 1000) return;
    const auto [person, report] = mgkit::data::primary_person(people);
    require(person.frames() == people.frames());
    require(report.empty_frames <= people.frames());
}

/// Joints stated by a built-in skeleton, and by a table that leaves some out and turns others.
inline const std::shared_ptr<const mgkit::data::joint_order>& stated_joints(bool by_table) {
    using mgkit::data::joint_order;
    static const auto named = std::make_shared<const joint_order>(mgkit::data::order_of("coco17"));
    static const auto table = std::make_shared<const joint_order>(mgkit::data::parse_joint_map(
        "index,joint,parent\n2,head,\n0,arm,head\n5,hand,arm\n", "input"));
    return by_table ? table : named;
}

/// Calls `f(text, number)` for each part of `texts` between form feeds.
template <class F>
void each_frame(std::string_view texts, F&& f) {
    for (int number = 0;; ++number) {
        const auto end = texts.find('\f');
        f(texts.substr(0, end), number);
        if (end == std::string_view::npos) return;
        texts.remove_prefix(end + 1);
    }
}

/// Runs a reader's parser under every policy: as it stands, with doubtful values marked, strictly,
/// and with the joints stated. What the severe ones accept, the lenient one reads the same.
template <class Reader>
void fuzz_reader(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    using namespace mgkit::data;
    const auto read = [&](const read_policy& policy) -> std::optional<detections> {
        try {
            auto people = Reader::parse(text, "input", policy);
            check_people(people);
            return people;
        } catch (const mgkit::error&) {
            return std::nullopt;
        }
    };
    constexpr auto mark = not_finite_rule::mark_invalid;
    const auto lenient = read({.not_finite = mark});
    for (const auto& severe : {read({}), read({.not_finite = mark, .strict = true})}) {
        if (!severe) continue;
        require(lenient.has_value());
        require(severe->topology == lenient->topology && severe->layout == lenient->layout);
        require(severe->first == lenient->first && severe->track == lenient->track);
        require(severe->values == lenient->values && severe->fps == lenient->fps);
    }
    read({.not_finite = mark, .zeros = zero_rule::missing, .joints = stated_joints(size % 2 == 0)});
}

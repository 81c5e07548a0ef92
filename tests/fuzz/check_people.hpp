// What holds for detections from any bytes that a reader accepted.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

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

/// Runs a reader's parser under both policies.
template <class Reader>
void fuzz_reader(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    using mgkit::data::not_finite_rule;
    for (const auto rule : {not_finite_rule::reject, not_finite_rule::mark_invalid}) {
        try {
            check_people(Reader::parse(text, "input", {.not_finite = rule}));
        } catch (const mgkit::error&) {
        }
    }
}

// SPDX-License-Identifier: MIT
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/data/synthetic.hpp"

using namespace mgkit;

namespace {

data::clip_set small_set() {
    return data::make_synthetic({.seed = 5, .subjects = 2, .repetitions = 1, .frames = 12});
}

std::vector<float> values_of(const data::clip_set& clips) {
    std::vector<float> out;
    for (int i = 0; i < clips.size(); ++i)
        out.insert(out.end(), clips.clip(i).values, clips.clip(i).values + clips.shape.size());
    return out;
}

std::string difference(const data::clip_set& a, const data::clip_set& b) {
    return compare(data::recipe_of(data::digests_of(a)), data::recipe_of(data::digests_of(b)))
        .list();
}

}  // namespace

TEST_CASE("equal arrays have equal digests wherever they lie and whatever they are called",
          "[digest]") {
    const auto clips = small_set();
    auto other = clips;
    other.set_values(values_of(clips));
    other.about = {};
    other.about.name = "another";
    other.topology.name = "another";
    CHECK(data::digests_of(clips) == data::digests_of(other));
    CHECK(data::digest_of(clips) == data::digest_of(other));
    std::vector<int> all(static_cast<std::size_t>(clips.size()));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    CHECK(data::digest_of(clips.subset(all)) == data::digest_of(clips));
    std::swap(all.front(), all.back());
    CHECK_FALSE(data::digest_of(clips.subset(all)) == data::digest_of(clips));
}

TEST_CASE("what clips of others bring about does not count, and what hides there does",
          "[digest]") {
    const auto clips = small_set();
    auto longer = clips;
    longer.shape.frames += 5;
    std::vector<float> values;
    for (int i = 0; i < clips.size(); ++i)
        for (int c = 0; c < skeleton::channels(clips.shape.layout); ++c) {
            const float* const plane = clips.clip(i).plane(c);
            values.insert(values.end(), plane, plane + clips.shape.plane());
            values.resize(values.size() + longer.shape.plane() - clips.shape.plane());
        }
    longer.set_values(values);
    longer.class_names.push_back("done by nobody here");
    CHECK(data::digests_of(longer) == data::digests_of(clips));
    values.back() = -0.0f;
    longer.set_values(values);
    CHECK(difference(clips, longer) == "coordinates");
}

TEST_CASE("a flipped bit anywhere changes the digest of its array alone", "[digest]") {
    const auto clips = small_set();
    const auto values = values_of(clips);
    for (std::size_t at = 0; at < values.size(); at += 997) {
        auto changed = values;
        changed[at] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(values[at]) ^ 1u);
        auto other = clips;
        other.set_values(std::move(changed));
        CHECK(difference(clips, other) == "coordinates");
    }
    const std::vector<std::pair<std::string, std::function<void(data::clip_set&)>>> changes{
        {"lengths", [](auto& c) { c.num_frames[1] ^= 1; }},
        {"labels", [](auto& c) { c.labels[1] ^= 1; }},
        {"subjects", [](auto& c) { c.subjects[1] ^= 1; }},
        {"clip numbers", [](auto& c) { c.ids[1] ^= 1u; }},
        {"class names", [](auto& c) { std::swap(c.class_names[0], c.class_names[1]); }},
        {"class names", [](auto& c) { c.class_groups = c.class_names; }},
        {"skeleton", [](auto& c) { c.topology.parents.back() = c.topology.centre; }},
        {"skeleton", [](auto& c) { c.topology.joints[1] += "x"; }},
        {"skeleton", [](auto& c) { c.topology.anchors.push_back(0); }},
        {"cameras", [](auto& c) { c.views = c.labels; }},
        {"published split",
         [](auto& c) {
             c.published = c.published ? std::nullopt : std::optional<std::vector<int>>(c.labels);
         }},
        {"extents", [](auto& c) {
             using skeleton::channel_layout;  // as many values, read otherwise
             c.shape.layout =
                 c.shape.layout == channel_layout::xyz ? channel_layout::xyc : channel_layout::xyz;
         }}};
    for (const auto& [what, change] : changes) {
        auto other = clips;
        change(other);
        CHECK(difference(clips, other) == what);
    }
}

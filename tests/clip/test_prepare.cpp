// SPDX-License-Identifier: MIT
// Pre-processing of a whole set: equal to clip by clip, unusable clips counted.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/clip/resample.hpp"
#include "mgkit/clip/travel.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/data/synthetic.hpp"

using namespace mgkit;
using clip::clip_fault;
using clip::fit_rule;

namespace {

/// A generated set with a confidence channel.
data::clip_set with_confidence(std::vector<float>& values) {
    auto out = data::make_synthetic({.subjects = 2, .repetitions = 1, .frames = 12});
    auto shape = out.shape;
    shape.layout = skeleton::channel_layout::xyzc;
    values.assign(static_cast<std::size_t>(out.size()) * shape.size(), 1.0f);
    for (int i = 0; i < out.size(); ++i)
        std::copy(out.clip(i).values, out.clip(i).values + out.shape.size(),
                  values.begin() + i * static_cast<std::ptrdiff_t>(shape.size()));
    out.shape = shape;
    return out;
}

void hide(std::vector<float>& values, const data::clip_set& set, int clip, int joint) {
    const skeleton::pose_view<float> view{
        values.data() + static_cast<std::size_t>(clip) * set.shape.size(), set.shape, 12};
    for (int t = 0; t < 12; ++t) view.at(3, t, joint) = 0;
}

}  // namespace

TEST_CASE("a prepared set is its clips prepared", "[clip][prepare]") {
    const auto set = data::make_synthetic({.subjects = 2, .repetitions = 2});
    for (const auto fit : {fit_rule::keep, fit_rule::resample, fit_rule::pad}) {
        const clip::preprocess_settings settings{.fit = fit, .frames = 40};
        const auto one = clip::prepare(settings, set);
        const auto two = clip::prepare(settings, set, 2);
        CHECK(one.excluded.empty());
        CHECK(one.left_out().empty());
        CHECK(one.count[0] == set.size());
        CHECK(one.clips.labels == set.labels);
        CHECK(one.clips.ids == set.ids);
        for (int i = 0; i < set.size(); ++i) {
            skeleton::pose<float> want;
            REQUIRE(clip::preprocess<float>(settings, skeleton::references(set.topology),
                                            set.clip(i), want) == clip_fault::none);
            for (const auto& made : {one.clips.clip(i), two.clips.clip(i)}) {
                CHECK(made.shape == want.shape());
                CHECK(made.length == want.length());
                CHECK(std::equal(made.values, made.values + made.shape.size(), want.view().values));
            }
        }
        data::check(one.clips);
    }
    CHECK_REFUSED(clip::prepare({.frames = 0}, set), "one frame");
}

TEST_CASE("unusable clips are left out of a prepared set", "[clip][prepare]") {
    std::vector<float> values;
    auto set = with_confidence(values);
    hide(values, set, 3, 0);  // no centre
    hide(values, set, 7, 2);  // no end of the scale pair
    set.set_values(values);
    const auto made = clip::prepare({}, set);
    CHECK(made.clips.size() == set.size() - 2);
    CHECK(made.excluded == std::vector<std::uint32_t>{3, 7});
    CHECK(made.count[static_cast<std::size_t>(clip_fault::no_centre)] == 1);
    CHECK(made.count[static_cast<std::size_t>(clip_fault::no_scale)] == 1);
    CHECK_CONTAINS(made.left_out(), "centre");
    CHECK(std::find(made.clips.ids.begin(), made.clips.ids.end(), 3) == made.clips.ids.end());

    hide(values, set, 9, 0);  // with clip 3, every clip of its class
    set.set_values(values);
    CHECK(set.labels[3] == set.labels[9]);
    CHECK_REFUSED(clip::prepare({}, set), "of class \"shake shoulders\"");
    set.published.emplace(set.size(), 0);
    (*set.published)[7] = 1;
    CHECK_REFUSED(clip::prepare({.scale = clip::scale_rule::none, .centre = 2}, set),
                  "in the test split");
}

TEST_CASE("every way to be unusable is counted, and ids stay those of the file",
          "[clip][prepare]") {
    std::vector<float> values;
    auto set = with_confidence(values);
    for (auto& id : set.ids) id = 1000 + 7 * id;
    set.views.emplace(12, 0);
    for (int i = 0; i < 12; ++i) {
        (*set.views)[static_cast<std::size_t>(i)] = i % 3;
        set.subjects[static_cast<std::size_t>(i)] = 50 - i;
    }
    set.num_frames[1] = 0;
    for (int v = 0; v < 20; ++v) hide(values, set, 2, v);
    hide(values, set, 4, 0);
    hide(values, set, 9, 2);
    hide(values, set, 11, 2);
    set.set_values(values);
    const std::vector<float> before = values;
    const auto made = clip::prepare({}, set);
    const auto count = [&](clip_fault fault) {
        return made.count[static_cast<std::size_t>(fault)];
    };
    CHECK(count(clip_fault::none) == 7);
    CHECK(count(clip_fault::no_frames) == 1);
    CHECK(count(clip_fault::no_visible_joint) == 1);
    CHECK(count(clip_fault::no_centre) == 1);
    CHECK(count(clip_fault::no_scale) == 2);
    CHECK(made.excluded == std::vector<std::uint32_t>{1007, 1014, 1028, 1063, 1077});
    for (const char* part : {"1 (no frame)", "1 (no visible joint)", ", 2 ("})
        CHECK_CONTAINS(made.left_out(), part);

    // What stays keeps everything that was said about it, in the same order.
    REQUIRE(made.clips.size() == 7);
    const std::vector<int> kept{0, 3, 5, 6, 7, 8, 10};
    for (std::size_t k = 0; k < 7; ++k) {
        const auto i = static_cast<std::size_t>(kept[k]);
        CHECK(made.clips.ids[k] == set.ids[i]);
        CHECK(made.clips.labels[k] == set.labels[i]);
        CHECK(made.clips.subjects[k] == set.subjects[i]);
        CHECK((*made.clips.views)[k] == (*set.views)[i]);
        skeleton::pose<float> want;
        REQUIRE(clip::preprocess<float>({}, skeleton::references(set.topology), set.clip(kept[k]),
                                        want) == clip_fault::none);
        const auto got = made.clips.clip(static_cast<int>(k));
        CHECK(got.length == want.length());
        CHECK(std::equal(got.values, got.values + got.shape.size(), want.view().values));
    }
    data::check(made.clips);
    // The source is as it was, and a prepared set has nothing left to leave out.
    CHECK(std::equal(before.begin(), before.end(), set.clip(0).values));
    CHECK(clip::prepare({}, made.clips).excluded.empty());
    CHECK(clip::prepare({}, set, 2).excluded == made.excluded);
}

TEST_CASE("a set that empties is refused, with what was left out", "[clip][prepare]") {
    std::vector<float> values;
    auto set = with_confidence(values);
    for (int i = 0; i < 12; ++i) hide(values, set, i, 0);
    set.set_values(values);
    const std::string line = refusal([&] { static_cast<void>(clip::prepare({}, set)); });
    CHECK_CONTAINS(line, "a usable clip at all");
    CHECK_CONTAINS(line, "12 (the centre joint is never visible)");

    // One side of the published split.
    values.clear();
    set = with_confidence(values);
    set.published.emplace(12, 1);
    (*set.published)[4] = 0;
    hide(values, set, 4, 0);
    set.set_values(values);
    CHECK_REFUSED(clip::prepare({}, set), "in the training split");
}

TEST_CASE("a set without labels is prepared like any other", "[clip][prepare]") {
    std::vector<float> values;
    auto set = with_confidence(values);
    hide(values, set, 3, 0);
    hide(values, set, 9, 0);
    set.set_values(values);
    set.labels.clear();
    set.class_names.clear();
    const auto made = clip::prepare({}, set);
    CHECK(made.clips.size() == 10);
    CHECK(made.clips.labels.empty());
    CHECK(made.excluded == std::vector<std::uint32_t>{3, 9});
}

TEST_CASE("a set whose arrays do not fit is refused, one without labels is not",
          "[clip][prepare]") {
    const auto whole = data::make_synthetic({.subjects = 2, .repetitions = 1, .frames = 12});
    const auto line = [&](auto&& spoil) {
        auto set = whole;
        spoil(set);
        return refusal([&] { clip::prepare({}, set); });
    };
    CHECK_CONTAINS(line([](auto& c) { c.num_frames.clear(); }), "12 lengths, found 0");
    CHECK_CONTAINS(line([](auto& c) { c.ids.clear(); }), "12 ids, found 0");
    CHECK_CONTAINS(line([](auto& c) { c.subjects.clear(); }), "12 subjects, found 0");
    CHECK_CONTAINS(line([](auto& c) { c.labels.resize(5); }), "12 labels, found 5");
    CHECK_CONTAINS(line([](auto& c) { c.labels[3] = 99; }), "99 for clip 3");
    CHECK_CONTAINS(line([](auto& c) { c.num_frames[3] = -4; }), "found -4 for clip 3");
    CHECK_CONTAINS(line([](auto& c) { c.num_frames[3] = 4000; }), "found 4000 for clip 3");
    CHECK_CONTAINS(line([](auto& c) { c.shape.persons = 2; }), "set the values again");
    CHECK_CONTAINS(line([](auto& c) { c.topology = {}; }), "a sound skeleton");
    CHECK_CONTAINS(line([](auto& c) { c = {}; }), "at least one clip");

    auto unlabelled = whole;
    unlabelled.labels.clear();
    const auto made = clip::prepare({}, unlabelled).clips;
    CHECK(made.labels.empty());
    CHECK(made.subjects == whole.subjects);
    const std::vector<int> outside{0, 12};
    CHECK_REFUSED(clip::centre_travel({}, unlabelled, outside), "found 12");
    unlabelled.num_frames.clear();
    CHECK_REFUSED(clip::centre_travel({}, unlabelled, std::vector<int>{0}), "12 lengths");
}

TEST_CASE("a length beyond the frames is refused where clips are read by row", "[clip]") {
    skeleton::pose<float> clip({skeleton::channel_layout::xyc, 4, 2, 1}, 4);
    skeleton::pose_view<const float> view = clip.view();
    view.length = 5;
    skeleton::pose<float> out({skeleton::channel_layout::xyc, 8, 2, 1}, 8);
    CHECK_REFUSED(clip::resample<float>(view, 0, 5, out.view()), "at most 4 valid frames, found 5");
    CHECK_REFUSED(clip::visible_frames(view, std::vector<int>{0}, .5), "1 to 4 valid frames");
    const clip::visibility seen(10);
    CHECK_REFUSED(seen.seen(10), "10 to 11");
    CHECK_REFUSED(seen.whole(-1, 3), "-1 to 3");
    CHECK_REFUSED(seen.whole(5, 5), "5 to 5");
}

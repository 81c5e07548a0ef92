// Pre-processing of a whole set: equal to clip by clip, unusable clips counted.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/clip/prepare.hpp"
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

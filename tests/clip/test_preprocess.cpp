// SPDX-License-Identifier: MIT
// Pre-processing: what it removes, what it keeps, what it refuses.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/skeleton/kinect20.hpp"
#include "skeleton/poses.hpp"

using namespace mgkit;
using namespace mgkit::skeleton;
using namespace mgkit::clip;
using namespace poses;

namespace {

const reference_joints kinect = references(kinect20{});

template <class S>
pose<S> processed(const preprocess_settings& settings, const pose<S>& in) {
    pose<S> out;
    REQUIRE(preprocess<S>(settings, kinect, in.view(), out) == clip_fault::none);
    return out;
}

/// A recorded-like clip: a generated movement, as double.
pose<double> movement(int id = 3) {
    static const auto set = data::make_synthetic({.subjects = 2, .repetitions = 1});
    const auto clip = set.clip(id);
    pose<double> out(clip.shape, clip.length);
    std::copy(clip.values, clip.values + clip.shape.size(), out.view().values);
    return out;
}

pose<double> moved(const pose<double>& in, double scale, std::array<double, 3> shift,
                   std::array<double, 3> drift = {}) {
    auto out = in;
    for (int t = 0; t < in.length(); ++t)
        for (int v = 0; v < in.shape().joints; ++v)
            for (int c = 0; c < coordinates(in.shape().layout); ++c) {
                double& x = out.view().at(c, t, v);
                const auto k = static_cast<std::size_t>(c);
                x = scale * x + shift[k] + t * drift[k];
            }
    return out;
}

double apart(const pose<double>& a, const pose<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double worst = 0;
    for (std::size_t i = 0; i < a.shape().size(); ++i)
        worst = std::max(worst, std::abs(a.view().values[i] - b.view().values[i]));
    return worst;
}

/// How far the centre joint travels over the clip.
double travel(const pose<double>& clip) {
    double most = 0;
    for (int c = 0; c < 3; ++c)
        most = std::max(
            most, std::abs(clip.view().at(c, clip.length() - 1, 0) - clip.view().at(c, 0, 0)));
    return most;
}

preprocess_settings with(reference_rule reference, fit_rule fit = fit_rule::keep) {
    return {.reference = reference, .fit = fit};
}

}  // namespace

TEST_CASE("movement of the whole torso survives the default", "[clip][preprocess]") {
    // A person who leans or walks sideways by a body size over the clip.
    const auto still = movement();
    const auto leaning = moved(still, 1, {}, {0.5 / (still.length() - 1), 0, 0});
    const double size = find_body_frame<double>({}, kinect, still.view()).scale;
    CHECK(travel(processed(preprocess_settings{}, still)) < 0.3);
    CHECK(travel(processed(preprocess_settings{}, leaning)) ==
          Catch::Approx(0.5 / size).margin(0.3));
    CHECK(travel(processed(with(reference_rule::per_clip), leaning)) > 0.6);
    CHECK(travel(processed(with(reference_rule::per_frame), leaning)) == 0);
    CHECK(apart(processed(with(reference_rule::per_frame), leaning),
                processed(with(reference_rule::per_frame), still)) < 1e-12);
}

TEST_CASE("place and size are removed", "[clip][preprocess]") {
    const auto clip = movement();
    for (const auto reference : {reference_rule::per_clip, reference_rule::per_frame})
        for (const auto kind : {statistic::median, statistic::mean}) {
            const preprocess_settings settings{
                .scale_statistic = kind, .reference = reference, .reference_statistic = kind};
            CHECK(apart(processed(settings, clip),
                        processed(settings, moved(clip, 3.5, {10, -4, 7}))) < 1e-10);
        }
    // The image scale removes resolution, but keeps how large the person is.
    preprocess_settings image{.scale = scale_rule::image, .image_side = 640};
    const auto small = processed(image, clip);
    image.image_side = 1280;
    CHECK(apart(processed(image, moved(clip, 2, {})), small) < 1e-12);
    CHECK(apart(processed(image, clip), small) > 1e-6);
    const auto raw = processed(
        {.scale = scale_rule::none, .reference = reference_rule::none, .fit = fit_rule::keep},
        clip);
    CHECK(apart(raw, clip) == 0);
}

TEST_CASE("the body scale is the statistic of the pair over the frames that show it",
          "[clip][preprocess]") {
    pose<double> clip({channel_layout::xyzc, 5, 20, 1}, 4);
    const double lengths[] = {1, 2, 6, 100};
    for (int t = 0; t < 4; ++t) {
        clip.view().at(1, t, 2) = lengths[t];
        for (int v = 0; v < 20; ++v) clip.view().at(3, t, v) = 1;
    }
    const auto scale = [&](preprocess_settings s) {
        return find_body_frame<double>(s, kinect, clip.view()).scale;
    };
    CHECK(scale({}) == 4);
    CHECK(scale({.scale_statistic = statistic::mean}) == Catch::Approx(109.0 / 4));
    clip.view().at(3, 3, 2) = 0;  // the outlier is not seen
    CHECK(scale({}) == 2);
    CHECK(scale({.scale_statistic = statistic::mean}) == 3);
    clip.view().at(1, 1, 2) = 0;  // coinciding joints were not tracked
    CHECK(scale({}) == 3.5);
    CHECK(scale({.scale_pair = joint_pair{2, 3}}) == 3.5);
}

TEST_CASE("a hidden centre is taken from the nearest frame, the earlier of two",
          "[clip][preprocess]") {
    pose<double> clip({channel_layout::xyc, 7, 20, 1}, 7);
    for (int t = 0; t < 7; ++t)
        for (int v = 0; v < 20; ++v) {
            clip.view().at(0, t, v) = 10 * t + v;
            clip.view().at(2, t, v) = v == 0 && t != 1 && t != 5 ? 0 : 1;
        }
    const auto frame =
        find_body_frame<double>(with(reference_rule::per_frame), kinect, clip.view());
    std::vector<double> x;
    for (const auto& o : frame.origin) x.push_back(o[0]);
    CHECK(x == std::vector<double>{10, 10, 10, 10, 50, 50, 50});
    CHECK(find_body_frame<double>({}, kinect, clip.view()).origin[0][0] == 30);
}

TEST_CASE("fitting: resample, pad and cut", "[clip][preprocess]") {
    const auto clip = movement();
    const int length = clip.length();
    auto out = processed({.frames = 64}, clip);
    CHECK((out.length() == 64 && out.shape().frames == 64));
    out = processed({.fit = fit_rule::pad, .frames = length + 9}, clip);
    CHECK((out.length() == length && out.shape().frames == length + 9));
    for (int c = 0; c < 3; ++c)
        for (int v = 0; v < 20; ++v) CHECK(out.view().at(c, length + 3, v) == 0);
    const auto whole = processed(with(reference_rule::per_clip), clip);
    CHECK(whole.shape() == clip.shape());
    const auto first = processed({.fit = fit_rule::pad, .frames = 10}, clip);
    const auto last =
        processed({.fit = fit_rule::pad, .frames = 10, .cut = cut_rule::keep_last}, clip);
    CHECK((first.length() == 10 && last.length() == 10));
    for (int t = 0; t < 10; ++t) {
        CHECK(first.view().at(1, t, 7) == whole.view().at(1, t, 7));
        CHECK(last.view().at(1, t, 7) == whole.view().at(1, length - 10 + t, 7));
    }
    pose<double> none;
    CHECK_REFUSED(preprocess<double>({.frames = 0}, kinect, clip.view(), none), "one frame");
}

TEST_CASE("clips that cannot be used say why", "[clip][preprocess]") {
    pose<float> clip = random_pose<float>(1, {channel_layout::xyzc, 8, 20, 2}, 8, 0.2);
    pose<float> out;
    const auto fault = [&](preprocess_settings s = {}) {
        return preprocess<float>(s, kinect, clip.view(), out);
    };
    CHECK(fault() == clip_fault::none);
    clip.set_length(0);
    CHECK(fault() == clip_fault::no_frames);
    clip.set_length(8);
    const auto hide = [&](int joint) {
        for (int t = 0; t < 8; ++t)
            for (int m = 0; m < 2; ++m) clip.view().at(3, t, joint, m) = 0;
    };
    hide(2);
    CHECK(fault() == clip_fault::no_scale);
    CHECK(fault({.scale = scale_rule::none}) == clip_fault::none);
    CHECK(fault({.scale_pair = joint_pair{4, 8}}) == clip_fault::none);
    hide(0);
    CHECK(fault() == clip_fault::no_centre);
    CHECK(fault({.centre = 1, .scale_pair = joint_pair{4, 8}}) == clip_fault::none);
    for (int v = 0; v < 20; ++v) hide(v);
    CHECK(fault({.scale = scale_rule::none, .reference = reference_rule::none}) ==
          clip_fault::no_visible_joint);
    for (const auto f : {clip_fault::none, clip_fault::no_frames, clip_fault::no_visible_joint,
                         clip_fault::no_centre, clip_fault::no_scale})
        CHECK(std::string(describe(f)).size() > 3);

    // A pair of no length to speak of would blow the clip up.
    pose<float> flat({channel_layout::xyz, 2, 20, 1}, 2);
    flat.view().at(0, 0, 2) = flat.view().at(0, 1, 2) = 1e-9f;
    flat.view().at(0, 1, 5) = 4;
    CHECK(preprocess<float>({}, kinect, flat.view(), out) == clip_fault::no_scale);
}

TEST_CASE("wrong settings are refused", "[clip][preprocess]") {
    const auto clip = movement();
    pose<double> out;
    const auto run = [&](preprocess_settings s) {
        return preprocess<double>(s, kinect, clip.view(), out);
    };
    CHECK_REFUSED(run({.scale = scale_rule::image}), "image_side");
    CHECK_REFUSED(run({.scale = scale_rule::image, .image_side = -2}), "image_side");
    CHECK_REFUSED(run({.centre = 20}), "from 0 to 19");
    CHECK_REFUSED(run({.scale_pair = joint_pair{-1, 2}}), "from 0 to 19");
    CHECK_REFUSED(preprocess<double>({}, {19, 0, {0, 2}}, clip.view(), out), "19 joints");
}

TEST_CASE("what is invalid influences nothing", "[clip][preprocess]") {
    const auto layout = GENERATE(channel_layout::xyc, channel_layout::xyzc);
    const auto clean = random_pose<float>(11, {layout, 40, 20, 2}, 33, 0.35);
    for (const auto reference :
         {reference_rule::none, reference_rule::per_clip, reference_rule::per_frame})
        for (const auto fit : {fit_rule::keep, fit_rule::resample, fit_rule::pad})
            for (const auto kind : {statistic::median, statistic::mean}) {
                const preprocess_settings settings{.scale_statistic = kind,
                                                   .reference = reference,
                                                   .reference_statistic = kind,
                                                   .fit = fit};
                const auto want = processed(settings, clean);
                for (const float value : poisons) {
                    auto dirty = clean;
                    poison(dirty, value);
                    const auto got = processed(settings, dirty);
                    CHECK(values(got) == values(want));
                }
                const int dims = coordinates(layout);
                bool clear = true;
                for (int t = 0; t < want.shape().frames; ++t)
                    for (int v = 0; v < 20; ++v)
                        for (int m = 0; m < 2; ++m)
                            for (int c = 0; c < dims && !want.view().valid(t, v, m); ++c)
                                clear = clear && want.view().at(c, t, v, m) == 0;
                CHECK(clear);
            }
}

TEST_CASE("the reference preparation: centred frames, mean spine of one", "[clip][preprocess]") {
    const auto clip = movement(5);
    const auto out = processed(reference_preprocessing(), clip);
    double sum = 0;
    for (int t = 0; t < out.length(); ++t) {
        double square = 0;
        for (int c = 0; c < 3; ++c) {
            CHECK(out.view().at(c, t, 0) == 0);
            square += std::pow(out.view().at(c, t, 2), 2);
        }
        sum += std::sqrt(square);
    }
    CHECK(sum / out.length() == Catch::Approx(1));
    CHECK(out.shape() == clip.shape());
}

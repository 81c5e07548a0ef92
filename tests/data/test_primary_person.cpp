// SPDX-License-Identifier: MIT
// Who is meant: the largest body in continuous tracks; who is not there is not made up.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "io/support.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/skeleton/coco17.hpp"
#include "mgkit/skeleton/kinect20.hpp"

using namespace mgkit;
using namespace mgkit::data;
using recordings::crowd;
using skeleton::channel_layout;
using skeleton::coco17;

namespace {

constexpr std::size_t left_shoulder = 5, right_shoulder = 6;

/// A body of COCO joints whose shoulders are `width` apart, at x.
std::vector<float> body(float x, float width, float confidence = 0.9f) {
    std::vector<float> out;
    for (std::size_t v = 0; v < 17; ++v) {
        const float side = v == left_shoulder ? 0.5f : v == right_shoulder ? -0.5f : 0.0f;
        out.insert(out.end(), {x + side * width, static_cast<float>(v) * width / 4.0f, confidence});
    }
    return out;
}
void hide(std::vector<float>& person, std::size_t joint) {
    person[3 * joint] = person[3 * joint + 1] = person[3 * joint + 2] = 0;
}
crowd coco() {
    return crowd(skeleton::dynamic::copy_of(coco17{}));
}
float nose_x(const recording& r, int t) {
    return r.poses.view().at(0, t, 0);
}

}  // namespace

TEST_CASE("the larger of two people, in whatever order they are listed", "[data][primary]") {
    auto people = coco();
    for (int t = 0; t < 20; ++t) {
        const auto near = body(100.0f + static_cast<float>(t), 60), far = body(300, 40);
        if (t % 2 == 0)
            people.person(near).person(far).frame();
        else
            people.person(far).person(near).frame();
    }
    const auto [person, report] = primary_person(people.out);
    for (int t = 0; t < 20; ++t) CHECK(nose_x(person, t) == 100 + t);
    CHECK(report.frames == 20);
    CHECK(report.tracks == 2);
    CHECK(report.switches == 0);
    CHECK(report.empty_frames == 0);
    CHECK(report.several_people == 20);
    REQUIRE(report.stretches.size() == 1);
    CHECK(report.stretches[0].scale == Catch::Approx(60 * std::sqrt(17) / 4));
    CHECK(report.cuts().empty());
    CHECK(person.poses.shape().layout == channel_layout::xyc);
    CHECK_REFUSED(recording_of(people.out), "one person in each frame, found 2 in frame 0");
}

TEST_CASE("when the track ends another takes over, and back", "[data][primary]") {
    auto people = coco();
    for (int t = 0; t < 30; ++t) {
        if (t < 10 || t >= 20) people.person(body(100, 60));
        people.person(body(500, 40)).frame();
    }
    const auto [person, report] = primary_person(people.out);
    for (int t = 0; t < 30; ++t) CHECK(nose_x(person, t) == (t < 10 || t >= 20 ? 100 : 500));
    CHECK(report.switches == 2);
    CHECK(report.tracks == 3);  // the larger body was away for longer than a gap may be
    CHECK(report.cuts() == std::vector<int>{10, 20});
    CHECK(report.empty_frames == 0);

    // A short absence is a gap of the same track, with nobody in it.
    auto brief = coco();
    for (int t = 0; t < 30; ++t) {
        if (t < 10 || t >= 15) brief.person(body(100, 60));
        brief.person(body(500, 40)).frame();
    }
    const auto kept = primary_person(brief.out);
    CHECK(kept.report.switches == 0);
    CHECK(kept.report.empty_frames == 5);
    for (int t = 10; t < 15; ++t)
        for (int v = 0; v < 17; ++v) CHECK_FALSE(kept.person.poses.view().valid(t, v));
    CHECK(primary_person(brief.out, {.max_gap_frames = 4}).report.switches == 2);
}

TEST_CASE("a body that is nowhere near is another one, and gaps end tracks", "[data][primary]") {
    auto people = coco();
    for (int t = 0; t < 12; ++t)
        people.person(body(t % 2 == 0 ? 0.0f : 900.0f, 60)).person(body(400, 80)).frame();
    CHECK(primary_person(people.out, {.max_gap_frames = 0}).report.tracks == 13);
    // Seen again at the same place within the gap: two who take turns.
    CHECK(primary_person(people.out).report.tracks == 3);
    CHECK(nose_x(primary_person(people.out).person, 3) == 400);
    // The same id after a long absence is a new track.
    auto gone = coco();
    for (int t = 0; t < 20; ++t) {
        if (t < 5 || t > 14) gone.person(body(0, 60), 1);
        gone.frame();
    }
    CHECK(primary_person(gone.out).report.tracks == 2);
    CHECK(primary_person(gone.out).report.empty_frames == 10);
}

TEST_CASE("where the shoulders are hidden the box stands in, to the same measure",
          "[data][primary]") {
    // The smaller body shows both shoulders, the larger one never, in the same proportions.
    auto people = coco();
    for (int t = 0; t < 10; ++t) {
        auto large = body(100, 60);
        hide(large, left_shoulder);
        people.person(large).person(body(500, 40)).person(body(900, 50)).frame();
    }
    CHECK(nose_x(primary_person(people.out).person, 4) == 100);
    // A box alone would have made a half-hidden small body the largest.
    auto misled = coco();
    for (int t = 0; t < 10; ++t) {
        auto small = body(100, 30);
        hide(small, left_shoulder);
        misled.person(small).person(body(500, 40)).person(body(900, 50)).frame();
    }
    CHECK(nose_x(primary_person(misled.out).person, 4) == 900);
    // Joints below the threshold do not measure.
    auto faint = coco();
    for (int t = 0; t < 10; ++t) faint.person(body(100, 90, 0.1f)).person(body(500, 40)).frame();
    CHECK(nose_x(primary_person(faint.out).person, 4) == 500);
    CHECK(nose_x(primary_person(faint.out, {.visible = 0.05}).person, 4) == 100);
}

TEST_CASE("a flash of something large does not take over", "[data][primary]") {
    auto people = coco();
    for (int t = 0; t < 20; ++t) {
        people.person(body(100, 50));
        if (t == 7 || t == 8) people.person(body(600, 200));
        people.frame();
    }
    const auto calm = primary_person(people.out);
    CHECK(calm.report.switches == 0);
    CHECK(nose_x(calm.person, 7) == 100);
    CHECK(primary_person(people.out, {.min_track_frames = 1}).report.switches == 2);
    // Alone in the picture, it is who is there.
    auto alone = coco();
    for (int t = 0; t < 3; ++t) alone.person(body(600, 200)).frame();
    CHECK(primary_person(alone.out).report.empty_frames == 0);
}

TEST_CASE("nobody, and layouts without confidence", "[data][primary]") {
    auto empty = coco();
    for (int t = 0; t < 4; ++t) empty.frame();
    const auto none = primary_person(empty.out);
    CHECK(none.report.empty_frames == 4);
    CHECK(none.report.tracks == 0);
    CHECK(none.report.stretches.empty());
    CHECK(recording_of(empty.out).frames() == 4);
    CHECK_REFUSED(primary_person(coco().out), "at least one frame");
    CHECK_REFUSED(recording_of(coco().out), "at least one frame");
    CHECK_REFUSED(primary_person(empty.out, {.max_step = 0}), "max_step above 0");
    CHECK_REFUSED(primary_person(empty.out, {.max_gap_frames = -1}), "max_gap_frames");

    crowd plain(skeleton::dynamic::copy_of(skeleton::kinect20{}), channel_layout::xyz);
    std::vector<float> joints(60);
    for (std::size_t i = 0; i < 60; ++i) joints[i] = static_cast<float>(i);
    plain.person(joints).frame();
    CHECK(recording_of(plain.out).poses.shape().layout == channel_layout::xyz);
    plain.frame().person(joints).frame();
    const auto gained = primary_person(plain.out).person;
    CHECK(gained.poses.shape().layout == channel_layout::xyzc);
    CHECK(gained.poses.view().at(3, 0, 5) == 1);
    CHECK_FALSE(gained.poses.view().valid(1, 5));
    CHECK(gained.poses.view().at(2, 2, 19) == 59);
}

TEST_CASE("laws over random crowds", "[data][primary]") {
    random_stream random({.seed = 11}, "crowds");
    for (int trial = 0; trial < 50; ++trial) {
        auto people = coco();
        const int frames = 1 + static_cast<int>(random.below(40));
        for (int t = 0; t < frames; ++t) {
            for (std::uint32_t k = random.below(4); k > 0; --k)
                people.person(body(static_cast<float>(random.uniform(0, 500)),
                                   static_cast<float>(random.uniform(0, 80)),
                                   random.uniform() < .2 ? 0.0f : 0.8f),
                              static_cast<int>(random.below(4)) - 1);
            people.frame();
        }
        const auto [person, report] = primary_person(people.out);
        CHECK(person.frames() == frames);
        int covered = 0, empty = 0, end = 0;
        for (const auto& s : report.stretches) {
            CHECK(s.start >= end);
            CHECK(s.end > s.start);
            end = s.end;
            covered += s.end - s.start;
        }
        CHECK(end <= frames);
        CHECK(covered <= frames);
        CHECK(report.cuts().size() == static_cast<std::size_t>(report.switches));
        // Each frame is one of its people as they were, or nobody.
        for (int t = 0; t < frames; ++t) {
            const auto view = person.poses.view();
            std::vector<float> mine;
            bool any = false;
            for (int v = 0; v < 17; ++v)
                for (int c = 0; c < 3; ++c) {
                    mine.push_back(view.at(c, t, v));
                    any = any || mine.back() != 0;
                }
            bool found = false;
            for (auto i = people.out.first[std::size_t(t)];
                 i < people.out.first[std::size_t(t) + 1]; ++i) {
                const auto p = people.out.person(i);
                found = found || std::equal(p.begin(), p.end(), mine.begin());
            }
            CHECK((found || !any));
            empty += found ? 0 : 1;
        }
        CHECK(report.empty_frames == empty);
    }
}

TEST_CASE("detections that do not fit together are refused", "[data][primary]") {
    auto people = coco().out;
    people.add_person(std::vector<float>(people.stride(), 1));
    people.end_frame();
    CHECK_NOTHROW(primary_person(people));
    const auto line = [&](auto&& spoil) {
        auto bad = people;
        spoil(bad);
        const auto one = refusal([&] { primary_person(bad); });
        CHECK(one == refusal([&] { recording_of(bad); }));
        return one;
    };
    CHECK(contains(line([](auto& p) { p.first = {}; }), "at least one frame"));
    CHECK(contains(line([](auto& p) { p.first = {0, 5}; }), "for each of 5 people"));
    CHECK(contains(line([](auto& p) { p.first = {0, 1, 0}; }), "from 0 on"));
    CHECK(contains(line([](auto& p) { p.track.clear(); }), "0 ids and 51 values"));
    CHECK(contains(line([](auto& p) { p.values.pop_back(); }), "50 values"));
    CHECK(contains(line([](auto& p) { p.topology = {}; }), "a sound skeleton"));
    CHECK_REFUSED(people.person(1), "people below 1, found 1");
}

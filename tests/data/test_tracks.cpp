// SPDX-License-Identifier: MIT
// Track ids are hints: people are linked by place and size, and what ids got wrong is counted.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "data/recordings.hpp"
#include "mgkit/data/assignment.hpp"
#include "mgkit/data/link_people.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/skeleton/coco17.hpp"

using namespace mgkit;
using namespace mgkit::data;
using recordings::crowd;

namespace {

/// An upright COCO body, shoulders `width` apart, in pixels.
std::vector<float> standing(float x, float y, float width, float confidence = 0.9f) {
    constexpr float across[] = {0,    .08f,  -.08f, .18f,  -.18f, .5f,   -.5f, .6f,  -.6f,
                                .65f, -.65f, .35f,  -.35f, .36f,  -.36f, .37f, -.37f};
    constexpr float down[] = {-.6f, -.68f, -.68f, -.63f, -.63f, 0,    0,    .75f, .75f,
                              1.4f, 1.4f,  1.3f,  1.3f,  2.3f,  2.3f, 3.2f, 3.2f};
    std::vector<float> out;
    for (std::size_t v = 0; v < 17; ++v)
        out.insert(out.end(), {x + across[v] * width, y + down[v] * width, confidence});
    return out;
}
crowd coco_crowd() {
    return crowd(skeleton::dynamic::copy_of(skeleton::coco17{}));
}
float as_float(int t) {
    return static_cast<float>(t);
}
/// Noses of the person chosen, per frame.
std::vector<float> noses(const recording& r) {
    std::vector<float> out;
    for (int t = 0; t < r.frames(); ++t) out.push_back(r.poses.view().at(0, t, 0));
    return out;
}
std::vector<float> constant(int frames, float x) {
    return std::vector<float>(static_cast<std::size_t>(frames), x);
}

/// The best sum of gains, by trying everything.
double best_sum(const std::vector<std::vector<double>>& gain, std::size_t row,
                std::vector<char>& used) {
    if (row == gain.size()) return 0;
    double best = best_sum(gain, row + 1, used);
    for (std::size_t c = 0; c < used.size(); ++c) {
        if (used[c] != 0 || !(gain[row][c] > 0)) continue;
        used[c] = 1;
        best = std::max(best, gain[row][c] + best_sum(gain, row + 1, used));
        used[c] = 0;
    }
    return best;
}

}  // namespace

TEST_CASE("the best matching is the best of all", "[data][tracks][quick]") {
    random_stream random({.seed = 5}, "matching");
    data::best_matching match;
    for (int trial = 0; trial < 400; ++trial) {
        const std::size_t rows = 1 + random.below(6), columns = 1 + random.below(6);
        const double share = random.uniform(0.1, 1);
        std::vector<std::vector<double>> gain(rows, std::vector<double>(columns, 0));
        std::vector<data::worth> pairs;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) {
                if (random.uniform() > share) continue;
                // Few values, so that ties are common; some are not worth matching.
                gain[r][c] = static_cast<double>(random.below(8)) / 4 - 0.25;
                pairs.push_back({r, c, gain[r][c]});
            }
        const auto found = match(rows, columns, pairs);
        REQUIRE(found.size() == rows);
        double sum = 0;
        std::vector<char> used(columns, 0);
        for (std::size_t r = 0; r < rows; ++r) {
            if (found[r] == data::best_matching::none) continue;
            REQUIRE(found[r] < columns);
            CHECK(used[found[r]] == 0);
            used[found[r]] = 1;
            CHECK(gain[r][found[r]] > 0);
            sum += gain[r][found[r]];
        }
        used.assign(columns, 0);
        CHECK(sum == Catch::Approx(best_sum(gain, 0, used)));
        const std::vector<std::size_t> before(found.begin(), found.end());
        const auto again = match(rows, columns, pairs);
        CHECK(std::equal(before.begin(), before.end(), again.begin()));
    }
    CHECK(match(0, 3, {}).empty());
    CHECK(match(2, 0, {})[1] == data::best_matching::none);
}

TEST_CASE("clean ids raise nothing", "[data][tracks][quick]") {
    for (const bool ids : {true, false}) {
        auto people = coco_crowd();
        for (int t = 0; t < 40; ++t) {
            const float x = 250 + 20 * std::sin(as_float(t) * .3f);
            if (t > 6) people.person(standing(700 - 4 * as_float(t), 220, 60), ids ? 4 : -1);
            people.person(standing(x, 200, 90), ids ? 2 : -1).frame();
        }
        const auto [person, report] = primary_person(people.out);
        CHECK(report.tracks == 2);
        CHECK(report.joins == 0);
        CHECK(report.splits == 0);
        CHECK(report.ids_ignored == 0);
        CHECK(report.found.empty());
        CHECK(report.empty_frames == 0);
    }
}

TEST_CASE("an id that everybody has is none", "[data][tracks][quick]") {
    auto people = coco_crowd();
    for (int t = 0; t < 30; ++t) {
        const auto near = standing(250, 200, 90), far = standing(620, 200, 45);
        if (t % 3 == 0)
            people.person(far, 0).person(near, 0).frame();
        else
            people.person(near, 0).person(far, 0).frame();
    }
    const auto [person, report] = primary_person(people.out);
    CHECK(noses(person) == constant(30, 250));
    CHECK(report.tracks == 2);
    CHECK(report.switches == 0);
    CHECK(report.splits == 0);
    CHECK(report.ids_ignored == 60);
    CHECK(report.found.count("track_ids_repeated") == 60);
    REQUIRE(report.found.all().size() == 1);
    CHECK(report.found.all()[0].kind == finding_kind::left_out);
    CHECK(report.found.all()[0].recording == "crowd");
    CHECK(report.found.all()[0].frames == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});

    // With one of them gone for most of the time it is still nobody's.
    auto often = coco_crowd();
    for (int t = 0; t < 40; ++t) {
        if (t % 10 == 0) often.person(standing(620, 200, 45), 0);
        often.person(standing(250, 200, 90), 0).frame();
    }
    CHECK(primary_person(often.out).report.ids_ignored == 44);
    CHECK(noses(primary_person(often.out).person) == constant(40, 250));
}

TEST_CASE("an id that is repeated once is good elsewhere", "[data][tracks][quick]") {
    auto people = coco_crowd();
    for (int t = 0; t < 40; ++t) {
        people.person(standing(250, 200, 90), 3);
        people.person(standing(620, 200, 45), t == 20 ? 3 : 5).frame();
    }
    const auto [person, report] = primary_person(people.out);
    CHECK(noses(person) == constant(40, 250));
    CHECK(report.tracks == 2);
    CHECK(report.ids_ignored == 2);
    CHECK(report.joins == 0);
    CHECK(report.splits == 0);
    REQUIRE(report.found.all().size() == 1);
    CHECK(report.found.all()[0].frames == std::vector<int>{20});
}

TEST_CASE("a person whose id changes stays the same person", "[data][tracks][quick]") {
    auto people = coco_crowd();
    for (int t = 0; t < 30; ++t)
        people.person(standing(250, 200, 90), t < 10 ? 1 : t < 20 ? 7 : 9).frame();
    const auto [person, report] = primary_person(people.out);
    CHECK(report.tracks == 1);
    CHECK(report.switches == 0);
    CHECK(report.joins == 2);
    CHECK(report.splits == 0);
    CHECK(report.empty_frames == 0);
    CHECK(report.found.count("track_ids_joined") == 2);
    REQUIRE(report.found.all().size() == 1);
    CHECK(report.found.all()[0].kind == finding_kind::repaired);
    CHECK(report.found.all()[0].frames == std::vector<int>{10, 20});
    // Another id at the same place, but of another size: another person.
    auto other = coco_crowd();
    for (int t = 0; t < 30; ++t)
        other.person(t < 15 ? standing(250, 200, 90) : standing(250, 200, 40), t < 15 ? 1 : 7)
            .frame();
    CHECK(primary_person(other.out).report.tracks == 2);
    CHECK(primary_person(other.out).report.joins == 0);
    // Of the same size, but a shoulder away: two ids speak for two people.
    auto beside = coco_crowd();
    for (int t = 0; t < 30; ++t)
        beside.person(standing(t < 15 ? 250.0f : 290.0f, 200, 90), t < 15 ? 1 : 7).frame();
    CHECK(primary_person(beside.out).report.tracks == 2);
    for (int& id : beside.out.track) id = -1;
    CHECK(primary_person(beside.out).report.tracks == 1);
}

TEST_CASE("an id that jumps to another body is split", "[data][tracks][quick]") {
    // Id 1 goes from the one to the other, who had none; the first goes on without.
    auto people = coco_crowd();
    for (int t = 0; t < 30; ++t)
        people.person(standing(250, 200, 90), t < 15 ? 1 : -1)
            .person(standing(650, 200, 80), t < 15 ? -1 : 1)
            .frame();
    const auto [person, report] = primary_person(people.out);
    CHECK(noses(person) == constant(30, 250));
    CHECK(report.tracks == 2);
    CHECK(report.splits == 1);
    CHECK(report.joins == 0);
    CHECK(report.found.count("track_ids_split") == 1);
    CHECK(report.found.count("track_ids_absent") == 30);
    // The same without anybody else: one id, two bodies, one after the other.
    auto alone = coco_crowd();
    for (int t = 0; t < 30; ++t)
        alone.person(t < 15 ? standing(250, 200, 90) : standing(650, 200, 80), 1).frame();
    CHECK(primary_person(alone.out).report.tracks == 2);
    CHECK(primary_person(alone.out).report.splits == 1);
    CHECK(primary_person(alone.out).report.cuts() == std::vector<int>{15});
    // A body of half the size at the same place: the picture changed.
    auto smaller = coco_crowd();
    for (int t = 0; t < 30; ++t)
        smaller.person(standing(250, 200, t < 15 ? 90.0f : 40.0f), 1).frame();
    CHECK(primary_person(smaller.out).report.splits == 1);
    // Fast, but a body can: not split.
    auto fast = coco_crowd();
    for (int t = 0; t < 30; ++t) fast.person(standing(250 + 80 * as_float(t), 200, 90), 1).frame();
    CHECK(primary_person(fast.out).report.tracks == 1);
    CHECK(primary_person(fast.out).report.found.empty());
}

TEST_CASE("ids that swap between two people change nothing", "[data][tracks][quick]") {
    auto people = coco_crowd();
    for (int t = 0; t < 30; ++t) {
        const bool swapped = t >= 10 && t < 20;
        people.person(standing(250, 200, 90), swapped ? 2 : 1)
            .person(standing(500, 200, 80), swapped ? 1 : 2)
            .frame();
    }
    const auto [person, report] = primary_person(people.out);
    CHECK(noses(person) == constant(30, 250));
    CHECK(report.tracks == 2);
    CHECK(report.switches == 0);
    CHECK(report.joins == 4);
    CHECK(report.splits == 4);
    CHECK(report.found.all()[0].frames == std::vector<int>{10, 20});
}

TEST_CASE("ids that vanish and return", "[data][tracks][quick]") {
    // The tracker loses the id, not the person.
    auto people = coco_crowd();
    for (int t = 0; t < 30; ++t)
        people.person(standing(250 + as_float(t), 200, 90), t >= 10 && t < 20 ? -1 : 1)
            .person(standing(600, 200, 60), 2)
            .frame();
    const auto [person, report] = primary_person(people.out);
    CHECK(report.tracks == 2);
    CHECK(report.joins == 0);
    CHECK(report.splits == 0);
    CHECK(report.empty_frames == 0);
    CHECK(report.found.count("track_ids_absent") == 10);
    for (int t = 0; t < 30; ++t) CHECK(noses(person)[std::size_t(t)] == 250 + as_float(t));
    // The person is gone for a moment and comes back with the same id, or with none, or another.
    for (const int id : {1, -1, 8}) {
        auto brief = coco_crowd();
        for (int t = 0; t < 30; ++t) {
            if (t < 10) brief.person(standing(250, 200, 90), 1);
            if (t >= 14) brief.person(standing(256, 200, 90), id);
            brief.frame();
        }
        const auto back = primary_person(brief.out).report;
        CHECK(back.tracks == 1);
        CHECK(back.empty_frames == 4);
        CHECK(back.joins == (id == 8 ? 1 : 0));
    }
    // For too long, and it is a new track; elsewhere, and it is another body.
    auto away = coco_crowd();
    for (int t = 0; t < 30; ++t) {
        if (t < 10) away.person(standing(250, 200, 90), 1);
        if (t >= 13) away.person(standing(900, 200, 90), 1);
        away.frame();
    }
    CHECK(primary_person(away.out).report.tracks == 2);
    CHECK(primary_person(away.out).report.splits == 1);
}

TEST_CASE("people who cross keep their tracks", "[data][tracks][quick]") {
    // With ids, without, and with ids that the tracker confuses where they meet.
    for (const int mode : {0, 1, 2}) {
        auto people = coco_crowd();
        for (int t = 0; t < 61; ++t) {
            const int id = mode == 0 ? 1 : -1, other = mode == 0 ? 2 : -1;
            const bool late = mode == 2 && t > 30;
            const auto near = standing(100 + 10 * as_float(t), 200, 90);
            const auto far = standing(700 - 10 * as_float(t), 180, 60);
            people.person(near, mode == 2 ? (late ? 2 : 1) : id);
            people.person(far, mode == 2 ? (late ? 1 : 2) : other);
            people.frame();
        }
        INFO(mode);
        const auto [person, report] = primary_person(people.out);
        CHECK(report.tracks == 2);
        CHECK(report.switches == 0);
        if (mode < 2)
            for (int t = 0; t < 61; ++t)
                CHECK(noses(person)[std::size_t(t)] == 100 + 10 * as_float(t));
        if (mode < 2) CHECK(report.found.empty());
    }
}

TEST_CASE("the links of a frame are chosen together", "[data][tracks][quick]") {
    // The nearest pair first would take the left detection for the right person, and lose the left.
    auto people = coco_crowd();
    people.person(standing(200, 200, 90)).person(standing(240, 200, 90)).frame();
    people.person(standing(225, 200, 90)).person(standing(265, 200, 90)).frame();
    const auto linked = link_people(people.out);
    REQUIRE(linked.tracks.size() == 2);
    CHECK(linked.tracks[0].at == std::vector<std::pair<int, std::size_t>>{{0, 0}, {1, 2}});
    CHECK(linked.tracks[1].at == std::vector<std::pair<int, std::size_t>>{{0, 1}, {1, 3}});
}

TEST_CASE("cut-aways to others, by ids that go on", "[data][tracks][quick]") {
    // The camera shows the crowd for 20 frames; the tracker gives its ids in order of appearance.
    auto people = coco_crowd();
    for (int t = 0; t < 60; ++t) {
        if (t < 20 || t >= 40)
            people.person(standing(300, 200, 90), 1);
        else
            people.person(standing(120, 260, 30), 1).person(standing(520, 260, 32), 2);
        people.frame();
    }
    const auto [person, report] = primary_person(people.out);
    CHECK(report.switches == 2);
    CHECK(report.cuts() == std::vector<int>{20, 40});
    CHECK(report.splits == 2);
    CHECK(noses(person)[30] == 520);
    CHECK(noses(person)[45] == 300);
}

TEST_CASE("an interviewer who is larger for a while", "[data][tracks][quick]") {
    // He leans into the picture and out again: as a whole he is the smaller one.
    for (const bool ids : {true, false}) {
        auto people = coco_crowd();
        for (int t = 0; t < 90; ++t) {
            const float lean = t >= 30 && t < 60 ? std::sin((as_float(t) - 30) * .1047f) : 0.0f;
            const auto player = standing(300, 200, 80);
            const auto other = standing(620 - 60 * lean, 220, 50 + 60 * lean);
            if (t % 2 == 0)
                people.person(player, ids ? 1 : -1).person(other, ids ? 2 : -1);
            else
                people.person(other, ids ? 2 : -1).person(player, ids ? 1 : -1);
            people.frame();
        }
        const auto [person, report] = primary_person(people.out);
        CHECK(noses(person) == constant(90, 300));
        CHECK(report.tracks == 2);
        CHECK(report.switches == 0);
        CHECK(report.found.empty());
    }
}

TEST_CASE("bodies from the side, half hidden, and unseen", "[data][tracks][quick]") {
    // Shoulders behind each other measure next to nothing: the body moves all the same.
    auto side = coco_crowd();
    for (int t = 0; t < 30; ++t) {
        auto person = standing(250 + 8 * as_float(t), 200, 90);
        for (std::size_t v = 0; v < 17; ++v)
            person[3 * v] = 250 + 8 * as_float(t) + .03f * (person[3 * v] - 250 - 8 * as_float(t));
        side.person(person, 1).frame();
    }
    CHECK(primary_person(side.out).report.tracks == 1);
    // Only the head in some frames: what both show is of one size.
    auto hidden = coco_crowd();
    for (int t = 0; t < 30; ++t) {
        auto person = standing(250, 200, 90);
        if (t % 4 != 0) std::fill(person.begin() + 15, person.end(), 0.0f);
        hidden.person(person, 1).frame();
    }
    CHECK(primary_person(hidden.out).report.tracks == 1);
    CHECK(primary_person(hidden.out).report.found.empty());
    // Nothing to measure by: an id is believed, no id is somebody else.
    auto faint = coco_crowd();
    for (int t = 0; t < 10; ++t) faint.person(standing(250, 200, 90, .1f), 1).frame();
    CHECK(primary_person(faint.out).report.tracks == 1);
    for (int& id : faint.out.track) id = -1;
    CHECK(primary_person(faint.out).report.tracks == 10);
}

TEST_CASE("linking is the same whatever the order of the people", "[data][tracks]") {
    random_stream random({.seed = 23}, "orders");
    for (int trial = 0; trial < 30; ++trial) {
        const int count = 2 + static_cast<int>(random.below(4));
        std::vector<std::vector<float>> starts, speeds;
        for (int k = 0; k < count; ++k) {
            starts.push_back({static_cast<float>(120 + 220 * k + random.uniform(-20, 20)),
                              static_cast<float>(random.uniform(180, 260))});
            speeds.push_back({static_cast<float>(random.uniform(-2, 2))});
        }
        auto people = coco_crowd();
        std::vector<int> who;  // per person, who it is
        for (int t = 0; t < 30; ++t) {
            std::vector<int> order(static_cast<std::size_t>(count));
            std::iota(order.begin(), order.end(), 0);
            for (std::size_t k = order.size(); k > 1; --k)
                std::swap(order[k - 1], order[random.below(static_cast<std::uint32_t>(k))]);
            for (const int k : order) {
                if (random.uniform() < .1) continue;
                const auto& at = starts[std::size_t(k)];
                people.person(standing(at[0] + speeds[std::size_t(k)][0] * as_float(t), at[1], 60),
                              random.uniform() < .3   ? -1
                              : random.uniform() < .1 ? 50
                                                      : k);
                who.push_back(k);
            }
            people.frame();
        }
        const auto linked = link_people(people.out, {.max_gap_frames = 30});
        CHECK(static_cast<int>(linked.tracks.size()) == count);
        for (const auto& track : linked.tracks)
            for (const auto& [t, i] : track.at) CHECK(who[i] == who[track.at[0].second]);
    }
}

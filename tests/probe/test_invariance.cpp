// SPDX-License-Identifier: MIT
// Which augmentations destroy a class for a probe that reads the direction of motion.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/probe/invariance.hpp"
#include "mgkit/report/invariance.hpp"
#include "mgkit/skeleton/ntu25.hpp"

using namespace mgkit;

namespace {

enum direction { goes_forward, goes_backward, goes_both };

/// Whole bodies that move along y: always forward, always backward, or there and back again.
data::clip_set movers(int each, int frames = 40) {
    data::clip_set out;
    out.topology = skeleton::dynamic::copy_of(skeleton::ntu25{});
    out.class_names = {"forward", "backward", "to and fro"};
    out.shape = {skeleton::channel_layout::xyz, frames, 25, 1};
    std::vector<float> values;
    for (int i = 0; i < 3 * each; ++i) {
        random_stream draws({5, 0, static_cast<std::uint32_t>(i)}, "movers");
        out.ids.push_back(static_cast<std::uint32_t>(i));
        out.labels.push_back(i % 3);
        out.subjects.push_back(i % 4);
        out.num_frames.push_back(frames - i % 4);
        skeleton::pose<float> made(out.shape, out.num_frames.back());
        const auto view = made.view();
        const int turn = 2 * view.length / 5;
        for (int v = 0; v < 25; ++v) {
            const float at[] = {static_cast<float>(draws.normal()),
                                static_cast<float>(draws.normal()),
                                static_cast<float>(draws.normal())};
            for (int t = 0; t < view.length; ++t) {
                const int gone = i % 3 == goes_forward    ? t
                                 : i % 3 == goes_backward ? -t
                                                          : std::min(t, 2 * turn - t);
                for (int c = 0; c < 3; ++c)
                    view.at(c, t, v) = at[c] + (c == 1 ? .5f * static_cast<float>(gone) : 0);
            }
        }
        values.insert(values.end(), view.values, view.values + out.shape.size());
    }
    out.set_values(std::move(values));
    return out;
}

/// Reads which way the mean of all joints goes along y.
std::vector<float> by_direction(const data::clip_set& clips) {
    std::vector<float> out;
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        std::vector<double> place;
        for (int t = 0; t < clip.length; ++t) {
            place.push_back(0);
            for (int v = 0; v < 25; ++v) place.back() += double(clip.at(1, t, v)) / 25;
        }
        int on = 0, back = 0;
        for (std::size_t t = 1; t < place.size(); ++t) {
            on += place[t] > place[t - 1] + 1e-3;
            back += place[t] < place[t - 1] - 1e-3;
        }
        const int answer = back == 0 ? goes_forward : on == 0 ? goes_backward : goes_both;
        for (int k = 0; k < 3; ++k) out.push_back(k == answer ? 1.f : 0.f);
    }
    return out;
}

const probe::change_invariance& row_of(const probe::invariance& r, const std::string& name) {
    const auto found = std::find_if(r.changes.begin(), r.changes.end(),
                                    [&](const auto& row) { return row.name == name; });
    if (found == r.changes.end()) throw error("test", "a row", name);
    return *found;
}

}  // namespace

TEST_CASE("a probe of directions loses them when time turns, and not in a mirror", "[quick]") {
    const auto clips = movers(12);
    const auto all = probe::default_changes(clips.topology);
    const std::vector<std::string> names{"reverse_clip", "time_reversal", "mirror"};
    const auto r = probe::audit_invariance(clips, by_direction, probe::changes_named(all, names));
    CHECK(r.top1 == 1);
    CHECK(r.clips == 36);
    REQUIRE(r.changes.size() == 3);
    // A run played backwards breaks a movement that only goes one way.
    const auto& run = r.changes[0];
    CHECK(run.name == "reverse_clip");
    CHECK(run.changed == 36);
    CHECK(run.destroyed() == std::vector<int>{goes_forward, goes_backward});
    CHECK(run.classes[goes_forward].kept == 0);
    CHECK(run.classes[goes_both].share() == 1);
    // Played backwards as a whole, forward is backward; there and back stays.
    const auto& turned = r.changes[1];
    CHECK(turned.changed == 36);
    CHECK(turned.destroyed() == std::vector<int>{goes_forward, goes_backward});
    CHECK(turned.kept == 12);
    const auto& mirrored = r.changes[2];
    CHECK(mirrored.changed == 36);
    CHECK(mirrored.kept == 36);
    CHECK(mirrored.destroyed().empty());
    for (const auto& own : mirrored.classes) {
        CHECK(own.judged);
        CHECK(own.chance.estimate == Catch::Approx(1. / 3));
        CHECK(own.chance.groups == 12);
    }
    const auto words = report::to_text(r);
    CHECK_CONTAINS(words, "forward, backward");
    CHECK_CONTAINS(words, "100.0 % right before");
    const auto json = report::to_json(r);
    CHECK(json["changes"][0]["destroyed"].get<std::vector<int>>() ==
          std::vector<int>{goes_forward, goes_backward});
    CHECK(json["changes"][2]["classes"][1]["kept"].get<int>() == 12);
    CHECK(json["changes"][2]["refused"].is_null());
    CHECK(report::to_json(
              probe::audit_invariance(clips, by_direction, probe::changes_named(all, names)))
              .dump() == json.dump());
}

TEST_CASE("every stage of the list is asked, at its default strength", "[quick]") {
    const auto clips = movers(8);
    const auto all = probe::default_changes(clips.topology);
    const auto r = probe::audit_invariance(clips, by_direction, all);
    CHECK(r.changes.size() == all.size());
    CHECK(all.size() >= 20);
    // A stage that is for one skeleton and does not take others leaves these as they are.
    std::set<std::string> elsewhere;
    augment::all::for_each([&](auto tag) {
        using A = typename decltype(tag)::type;
        if constexpr (
            requires { typename A::skeleton; } && !requires { A::of(clips.topology); })
            elsewhere.insert(std::string(A::name));
    });
    for (const auto& row : r.changes) {
        CAPTURE(row.name, row.refused, row.changed);
        CHECK(row.name != "sequence");
        CHECK(row.refused.empty());
        CHECK(row.changed == (elsewhere.contains(row.name) ? 0 : 24));
    }
    CHECK(row_of(r, "speed_jitter").destroyed().empty());
    CHECK(row_of(r, "shear").settings == settings_text(augment::shear{}));
}

TEST_CASE("a class is destroyed only where it was known, and enough clips say so", "[quick]") {
    const auto flat = [](float k) {
        return [k](const data::clip_set& clips) {
            std::vector<float> out(static_cast<std::size_t>(clips.size()) * 3);
            for (std::size_t i = 0; i < out.size(); i += 3) out[i + 1] = k;
            return out;
        };
    };
    const auto turned = probe::change_of(augment::time_reversal{.probability = 1});
    const auto audit = [&](const data::clip_set& clips, const probe::clip_scorer& scores) {
        return probe::audit_invariance(clips, scores, std::vector{turned}).changes[0];
    };
    // A probe that never looks keeps everything and knew nothing.
    const auto blind = audit(movers(12), flat(1));
    CHECK(blind.kept == blind.changed);
    CHECK(blind.destroyed().empty());
    CHECK(!blind.classes[goes_backward].judged);
    // Nor did one that is right by luck, whatever becomes of that.
    int asked = 0;
    const auto lucky = audit(movers(12), [&asked](const data::clip_set& clips) {
        std::vector<float> out(static_cast<std::size_t>(clips.size()) * 3);
        for (int i = 0; i < clips.size(); ++i)
            out[static_cast<std::size_t>(3 * i + (i / 3 + asked) % 3)] = 1;
        ++asked;
        return out;
    });
    CHECK(lucky.classes[goes_forward].right == 4);
    CHECK(lucky.classes[goes_forward].kept == 0);
    CHECK(lucky.destroyed().empty());
    // What changes nothing says nothing.
    const auto still =
        probe::audit_invariance(movers(12), by_direction,
                                std::vector{probe::change_of(augment::time_reversal::none())})
            .changes[0];
    CHECK(still.changed == 0);
    CHECK(!still.classes[goes_forward].judged);
    // One clip of a class that is answered a third of the time tells nothing.
    const auto few = audit(movers(1), by_direction);
    CHECK(few.classes[goes_forward].kept == 0);
    CHECK(!few.classes[goes_forward].judged);
    CHECK(few.destroyed().empty());
}

TEST_CASE("compositions and stages of one's own are changes too", "[quick]") {
    const auto clips = movers(6);
    const auto both = probe::change_of(
        augment::sequence<augment::shear, augment::time_reversal>(
            augment::shear{.strength = 0}, augment::time_reversal{.probability = 1}),
        "turned after nothing");
    // Doubles the frames: answers are asked in the frames of the clip.
    const probe::change longer{"longer", "", [](const random_key&, auto from) {
                                   auto shape = from.shape;
                                   shape.frames *= 2;
                                   skeleton::pose<float> out(shape, 2 * from.length);
                                   for (int c = 0; c < 3; ++c)
                                       for (int t = 0; t < out.length(); ++t)
                                           for (int v = 0; v < 25; ++v)
                                               out.view().at(c, t, v) = from.at(c, t / 2, v) + 1;
                                   return out;
                               }};
    const probe::change refuses{"refuses", "", [](const random_key&, auto from) {
                                    if (from.length > 0)
                                        throw error("refuses", "empty clips", "others");
                                    return skeleton::pose<float>();
                                }};
    const auto r = probe::audit_invariance(clips, by_direction, std::vector{both, longer, refuses});
    CHECK(r.changes[0].destroyed() == std::vector<int>{goes_forward, goes_backward});
    CHECK(r.changes[1].kept == 18);
    CHECK_CONTAINS(r.changes[2].refused, "empty clips");
    CHECK(r.changes[2].changed == 0);
    CHECK_CONTAINS(report::to_text(r), "refused: ");
    CHECK(!report::to_json(r)["changes"][2]["refused"].is_null());
}

TEST_CASE("what an audit of changes refuses", "[quick]") {
    auto clips = movers(2);
    const auto all = probe::default_changes(clips.topology);
    const std::vector<std::string> unknown{"mirrors"};
    CHECK_REFUSED(probe::changes_named(all, unknown), "mirrors");
    const auto short_scores = [](const data::clip_set&) { return std::vector<float>(3); };
    CHECK_REFUSED(probe::audit_invariance(clips, short_scores, all), "probe::audit_invariance");
    CHECK_REFUSED(probe::audit_invariance(clips, {}, all), "a function that scores clips");
    CHECK_REFUSED(probe::audit_invariance(clips, by_direction, std::vector<probe::change>(1)),
                  "changes with a function");
    CHECK_REFUSED(probe::audit_invariance(clips, by_direction, all, {.draws = 0}), "draws");
    CHECK_REFUSED(probe::audit_invariance(clips, by_direction, all, {.level = 1}), "level");
    clips.labels.clear();
    CHECK_REFUSED(probe::audit_invariance(clips, by_direction, all), "label");
}

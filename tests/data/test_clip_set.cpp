// SPDX-License-Identifier: MIT
// What a set of clips holds, and what is said where it does not.
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "mgkit/data/keep_clips.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/data/write_folder.hpp"

using namespace mgkit;
using data::clip_set;

namespace {

clip_set small() {
    auto clips = data::make_synthetic({.subjects = 4, .repetitions = 1, .frames = 8});
    clips.published.emplace();
    for (const int s : clips.subjects) clips.published->push_back(s % 2);
    return clips;
}

struct spoiled {
    std::string what;
    std::function<void(clip_set&)> spoil;
};

/// Every way in which one array can disagree with the clips.
std::vector<spoiled> broken_arrays() {
    return {
        {"no ids", [](clip_set& c) { c.ids.clear(); }},
        {"an id less", [](clip_set& c) { c.ids.pop_back(); }},
        {"no lengths", [](clip_set& c) { c.num_frames.clear(); }},
        {"a length more", [](clip_set& c) { c.num_frames.push_back(1); }},
        {"no subjects", [](clip_set& c) { c.subjects.clear(); }},
        {"a subject less", [](clip_set& c) { c.subjects.pop_back(); }},
        {"one label", [](clip_set& c) { c.labels.resize(1); }},
        {"a label more", [](clip_set& c) { c.labels.push_back(0); }},
        {"no views", [](clip_set& c) { c.views.emplace(); }},
        {"no split", [](clip_set& c) { c.published->clear(); }},
    };
}

/// Every way in which a value can be absurd where the arrays agree.
std::vector<spoiled> broken_values() {
    return {
        {"a negative length", [](clip_set& c) { c.num_frames[1] = -1; }},
        {"a huge length", [](clip_set& c) { c.num_frames[1] = 1 << 30; }},
        {"more joints than values", [](clip_set& c) { c.shape.joints += 1; }},
        {"more frames than values", [](clip_set& c) { c.shape.frames *= 1000; }},
        {"no frames", [](clip_set& c) { c.shape.frames = 0; }},
        {"negative persons", [](clip_set& c) { c.shape.persons = -1; }},
        {"a label below 0", [](clip_set& c) { c.labels[1] = -1; }},
        {"a label beyond the classes", [](clip_set& c) { c.labels[1] = c.classes(); }},
        {"no class", [](clip_set& c) { c.class_names.clear(); }},
        {"a side that is none", [](clip_set& c) { (*c.published)[0] = 7; }},
        {"an id twice", [](clip_set& c) { c.ids[1] = c.ids[0]; }},
        {"no skeleton", [](clip_set& c) { c.topology = {}; }},
    };
}

bool refused(const std::function<void()>& f) {
    return refusal(f) != "no error";
}

}  // namespace

TEST_CASE("A set whose arrays do not fit is refused wherever it is used", "[data][clips]") {
    const std::vector<int> first{0, 1, 2}, subjects{1, 2};
    for (const auto& [what, spoil] : broken_arrays()) {
        CAPTURE(what);
        clip_set clips = small();
        const data::split sides = data::every_other_subject(clips);
        spoil(clips);
        scratch_folder folder;
        CHECK(refused([&] { data::check(clips); }));
        CHECK(refused([&] { data::check_labelled(clips); }));
        CHECK(refused([&] { static_cast<void>(clips.subset(first)); }));
        CHECK(refused([&] { data::subjects_of(clips, first); }));
        CHECK(refused([&] { data::every_other_subject(clips); }));
        CHECK(refused([&] { data::split_by_subjects(clips, subjects); }));
        CHECK(refused([&] { data::published_split(clips); }));
        CHECK(refused([&] { data::subject_folds(clips, 2); }));
        CHECK(refused([&] { data::inner_folds(clips, sides); }));
        CHECK(refused([&] { data::keep_clips(clips, first, "here", "none"); }));
        CHECK(refused([&] { data::write_folder(folder / "out", clips); }));
    }
}

TEST_CASE("A set with an absurd value is refused before it is used", "[data][clips]") {
    for (const auto& [what, spoil] : broken_values()) {
        CAPTURE(what);
        clip_set clips = small();
        spoil(clips);
        scratch_folder folder;
        CHECK(refused([&] { data::check(clips); }));
        CHECK(refused([&] { data::write_folder(folder / "out", clips); }));
        CHECK(folder.files() == 0);
    }
}

TEST_CASE("A clip is never more than its memory", "[data][clips]") {
    const auto says = [](const std::function<void(clip_set&)>& spoil) {
        clip_set clips = small();
        spoil(clips);
        return refusal([&] { static_cast<void>(clips.clip(1)); });
    };
    CHECK(says([](clip_set&) {}) == "no error");
    CHECK(contains(says([](clip_set& c) { c.num_frames.clear(); }), "24 lengths, found 0"));
    CHECK(contains(says([](clip_set& c) { c.num_frames[1] = -1; }), "found -1 for clip 1"));
    CHECK(contains(says([](clip_set& c) { c.num_frames[1] = 9; }), "lengths from 0 to 8, found 9"));
    CHECK(contains(says([](clip_set& c) { c.shape.frames = 80; }), "set the values again"));
    CHECK(contains(says([](clip_set& c) { c.shape.joints = -20; }), "set the values again"));

    clip_set none;
    CHECK_REFUSED(none.clip(0), "a clip from 0 to -1, found 0");
    CHECK_REFUSED(none.set_values(std::vector<float>(4)), "set the shape before the values");
    none.shape = {skeleton::channel_layout::xy, 1 << 30, 1 << 30, 1 << 30};
    CHECK_REFUSED(none.set_values(std::vector<float>(4)), "set the shape before the values");
    none.shape = {skeleton::channel_layout::xy, 2, 1, 1};
    CHECK_REFUSED(none.set_values(std::vector<float>(5)), "whole clips of 4 values, found 5");
    const auto memory = std::make_shared<const std::vector<float>>(8);
    const std::shared_ptr<const float> values(memory, memory->data());
    CHECK_REFUSED(none.set_values(values, 8, {0, 2}), "a memory of 2 clips, found 2");
    CHECK_REFUSED(none.set_values(nullptr, 8, {0}), "a memory of 0 clips, found 0");
    none.set_values(values, 8, {1});
    none.num_frames = {2};
    CHECK(none.clip(0).values == values.get() + 4);
}

TEST_CASE("Unlabelled clips are split, kept and written like others", "[data][clips]") {
    const clip_set labelled = small();
    clip_set clips = labelled;
    clips.labels.clear();
    CHECK_NOTHROW(data::check(clips));
    CHECK_REFUSED(data::check_labelled(clips), "a label for each of 24 clips, found 0");

    const auto same = [](const data::split& a, const data::split& b) {
        return a.train == b.train && a.test == b.test;
    };
    const std::vector<int> test{3};
    CHECK(same(data::every_other_subject(clips), data::every_other_subject(labelled)));
    CHECK(same(data::published_split(clips), data::published_split(labelled)));
    CHECK(same(data::split_by_subjects(clips, test), data::split_by_subjects(labelled, test)));
    const auto folds = data::subject_folds(clips, 2), others = data::subject_folds(labelled, 2);
    for (std::size_t f = 0; f < 2; ++f) CHECK(same(folds[f], others[f]));
    CHECK(data::inner_folds(clips, folds[0]).size() == 2);
    CHECK(folds[0].unseen_classes.empty());
    CHECK(data::keep_clips(clips, std::vector<int>{0, 23}, "here", "22").labels.empty());

    scratch_folder folder;
    data::write_folder(folder / "out", clips);
    const auto again = data::read_folder(folder / "out").clips;
    CHECK(again.class_names == std::vector<std::string>{"unlabelled"});
    CHECK(again.subjects == clips.subjects);
}

TEST_CASE("Splits need subjects, no skeleton", "[data][clips]") {
    clip_set clips;
    clips.shape = {skeleton::channel_layout::xy, 2, 1, 1};
    clips.set_values(std::vector<float>(4 * 4));
    clips.ids = {0, 1, 2, 3};
    clips.num_frames = {1, 1, 1, 1};
    clips.subjects = {0, 0, 1, 1};
    const auto sides = data::every_other_subject(clips);
    CHECK(sides.train == std::vector<int>{0, 1});
    CHECK(sides.test == std::vector<int>{2, 3});
    CHECK_REFUSED(data::subjects_of(clips, std::vector<int>{4}), "clips from 0 to 3, found 4");
    CHECK_REFUSED(data::subject_folds(clips, std::vector<int>{0, -1}, 2), "found -1");
    clips.labels = {0, 0, 0, 5};
    CHECK_REFUSED(data::every_other_subject(clips), "found 0 for clip 0");
}

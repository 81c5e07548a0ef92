// SPDX-License-Identifier: MIT
// A small study and a small audit with known figures.
#pragma once

#include <string>
#include <vector>

#include "mgkit/report/audit.hpp"
#include "mgkit/report/study.hpp"

/// A row over clips 0..n-1 of subjects clip / 2, with given hits.
inline mgkit::report::study_row row(mgkit::report::feature_kind kind, const std::string& stream,
                                    int fold, std::uint64_t seed, std::vector<int> predicted,
                                    std::vector<int> truth, int first_clip = 0) {
    mgkit::report::study_row out;
    out.features = kind;
    out.stream = stream;
    out.fold = fold;
    out.seed = seed;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        out.clip.push_back(static_cast<std::uint32_t>(first_clip) + static_cast<std::uint32_t>(i));
        out.subject.push_back((first_clip + static_cast<int>(i)) / 2);
    }
    const auto e = mgkit::probe::evaluate(truth, predicted, 2);
    add_knn(out, e);
    add_linear(out, e);
    return out;
}

/// Four clips of two subjects in two classes; pre-trained with two seeds, raw, majority.
inline mgkit::report::study sample_study() {
    using mgkit::report::feature_kind;
    mgkit::report::study s;
    s.data.name = "sample";
    s.data.clips = 10;
    s.data.subjects = 4;
    s.data.class_names = {"wave", "rub"};
    s.data.joint_names = {"hip", "neck", "head"};
    s.data.bones = {{1, 0}, {2, 1}};
    s.split = "subjects 0 and 1 are tested";
    s.command = "mgfm study --data sample";
    s.settings = {{"width", "64"}};
    const std::vector<int> truth{0, 0, 1, 1};
    s.results.push_back(row(feature_kind::pretrained, "joint", 0, 1, {0, 0, 1, 0}, truth));
    s.results.push_back(row(feature_kind::pretrained, "joint", 0, 2, {0, 1, 1, 1}, truth));
    s.results.push_back(row(feature_kind::raw, "joint", 0, 0, {0, 1, 0, 1}, truth));
    s.results.push_back(row(feature_kind::random, "joint", 0, 0, {1, 1, 0, 1}, truth));
    s.results.push_back(row(feature_kind::majority, "joint", 0, 0, {0, 0, 0, 0}, truth));
    return s;
}

/// A clip whose joints move; the middle joint is missing in frame 1.
inline mgkit::skeleton::pose<float> sample_pose() {
    using mgkit::skeleton::channel_layout;
    mgkit::skeleton::pose<float> out({channel_layout::xyc, 5, 3, 1}, 4);
    for (int t = 0; t < 5; ++t)
        for (int v = 0; v < 3; ++v) {
            out.view().at(0, t, v) = static_cast<float>(t);
            out.view().at(1, t, v) = static_cast<float>(10 * v);
            out.view().at(2, t, v) = t == 1 && v == 1 ? 0.f : 1.f;
        }
    return out;
}

/// An audit with every part.
inline mgkit::report::audit sample_audit() {
    mgkit::report::audit a;
    a.corpus = "press conference";
    a.generator = "7";
    a.synthetic = true;
    a.command = "mgfm audit";
    a.fps = 25;
    a.policy = {50, 2000, .3, false};
    a.recordings = 100;
    a.counts = {1000, 390, 100, 300, 200, 10};
    for (int k = 0; k < 10; ++k) {
        const double from = .2 * (k + 1);
        a.deciles.push_back({from, from + .2, {100, 39 - 3 * k, 2 * k, 30, 30 + k, 1}});
    }
    a.proposed_fit = {.0125, .5};
    a.accepted_fit = {.2, 0};
    a.durations = {
        {.25, .5, 1, 2, 64}, {.125, .5, .25, .125}, {.125, .5, .25, .125}, {.3, .5, .2, 0}};
    a.overlaps = {
        {"all classes", "mean", .25, .2, .3, .125, .1, .15, 1000, .1875, .175, .2, .0625, 40, 3},
        {"without talking", "time_weighted", .0625, {}, {}, {}, {}, {}, 1000}};
    a.truth = {"annotated segments, annotator 2", 70, 30, 20, 500, 90, 3, 1};
    a.rates = {{25, 60}, {50, 40}};
    a.clips = {25, 150, 12};
    a.cut_ins = {1, 2, 3};
    a.sweep = {{"quota", 50, 400, a.overlaps[0]},
               {"quota", 80, 500, a.overlaps[0]},
               {"threshold", .1, 600, a.overlaps[1]}};
    a.sweep[0].overlap.truth = a.sweep[0].overlap.measure = "";
    a.sweep[1].overlap.truth = a.sweep[1].overlap.measure = "";
    a.sweep[2].overlap.truth = a.sweep[2].overlap.measure = "";
    a.notes = {"a note"};
    return a;
}

/// Times that `part` occurs.
inline std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

// SPDX-License-Identifier: MIT
#include "inspect_recordings.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "mgkit/data/findings_json.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "survey.hpp"

namespace mgfm {

using namespace mgkit;
using report::clean;
using report::fixed;

namespace {

/// Everything seen in a corpus whose recordings share one skeleton.
struct corpus_survey {
    pose_survey poses;
    skeleton::dynamic topology;
    skeleton::pose_shape shape;
    std::int64_t frames = 0, tracks = 0, switches = 0, empty = 0, several = 0;
    double seconds = 0;
    std::set<double> rates;
    std::vector<std::string> left_out;  ///< recordings of another skeleton
    std::int64_t used = 0;              ///< recordings
    std::int64_t confident = 0;         ///< recordings whose format states confidence
    data::findings found;
    data::recording longest;  ///< for the drawing
};

corpus_survey look_at(const recordings& from, const recording_options& options, int threads) {
    corpus_survey out;
    const auto all = entries_on(from, "all");
    out.found = from.found();
    const auto look = [&](std::size_t, loaded_recording& loaded) {
        data::recording& r = loaded.person;
        if (out.frames == 0) {
            out.topology = r.topology;
            out.shape = r.poses.shape();
            out.poses = pose_survey(out.shape);
        }
        if (!(r.topology == out.topology) || r.poses.shape().layout != out.shape.layout) {
            out.left_out.push_back(r.name);
            out.found.add({data::finding_kind::left_out,
                           "another_skeleton",
                           text("recordings of another skeleton (", r.topology.name, ", ",
                                r.topology.joints.size(), " joints, ",
                                skeleton::name(r.poses.shape().layout), ") than the first"),
                           r.name,
                           1,
                           {}});
            return;
        }
        ++out.used;
        out.confident += loaded.states_confidence ? 1 : 0;
        out.poses.add(std::as_const(r.poses).view());
        out.frames += r.frames();
        out.seconds += r.seconds();
        out.rates.insert(r.fps);
        out.tracks += loaded.people.tracks;
        out.switches += loaded.people.switches;
        out.empty += loaded.people.empty_frames;
        out.several += loaded.people.several_people;
        if (r.frames() > out.longest.frames()) out.longest = std::move(r);
    };
    out.found.append(for_each_recording(from, options, all, threads, "reading", look));
    out.poses.finish();
    return out;
}

/// Who annotated, and how many recordings somebody looked at.
struct annotation_survey {
    std::set<int> annotators;
    int looked_at = 0;

    explicit annotation_survey(const mgfm::recordings& from) {
        if (!from.marks) return;
        for (const auto& e : from.corpus.entries) {
            auto looked = from.marks->as_read.annotators_of(e.name);
            looked_at += looked.empty() ? 0 : 1;
            annotators.merge(looked);
        }
    }
};

std::string rate_text(const corpus_survey& s) {
    std::string out;
    for (const double rate : s.rates)
        out += (out.empty() ? "" : ", ") + (rate > 0 ? fixed(rate, 2) : std::string("not stated"));
    return out;
}

io::json to_json(const recordings& from, const corpus_survey& s, const std::string& format) {
    const auto& corpus = from.corpus;
    std::set<int> people;
    for (const auto& e : corpus.entries) people.insert(e.subject);
    const annotation_survey annotated(from);
    io::json notes = io::json::array(), classes = io::json::array();
    for (const auto& note : s.found.sentences()) notes.push_back(clean(note));
    if (corpus.marks)
        for (const auto& name : corpus.marks->class_names) classes.push_back(clean(name));
    return {{"kind", "inspect"},
            {"program", "mgfm inspect"},
            {"version", mgkit::version},
            {"name", clean(corpus.about.name)},
            {"format", format},
            {"recordings", corpus.size()},
            {"recordings_read", s.used},
            {"recordings_stating_confidence", s.confident},
            {"subjects", people.size()},
            {"frames", s.frames},
            {"seconds", s.seconds},
            {"fps", s.rates},
            {"skeleton", clean(s.topology.name)},
            {"channels", skeleton::name(s.shape.layout)},
            {"tracks", s.tracks},
            {"switches", s.switches},
            {"empty_frames", s.empty},
            {"frames_with_several_people", s.several},
            {"other_skeleton", s.left_out},
            {"segments", from.marks ? io::json(from.marks->as_read.size()) : io::json(nullptr)},
            {"annotators", annotated.annotators},
            {"recordings_annotated", annotated.looked_at},
            {"classes", std::move(classes)},
            {"tags", corpus.tags.size()},
            {"coordinates", ranges_json(s.poses)},
            {"joints", joints_json(s.topology, s.poses, skeleton::has_confidence(s.shape.layout))},
            {"notes", std::move(notes)},
            {"findings", data::to_json(s.found)}};
}

std::string to_text(const recordings& from, const corpus_survey& s, const std::string& format) {
    const auto& corpus = from.corpus;
    std::set<int> people;
    for (const auto& e : corpus.entries) people.insert(e.subject);
    std::string out = clean(corpus.about.name) + "\n";
    const auto line = [&out](const std::string& name, const std::string& words) {
        out += name + ": " + clean(words) + "\n";
    };
    line("format", format);
    line("recordings",
         text(s.used, s.used == corpus.size() ? std::string() : text(" of ", corpus.size()),
              " read, ", people.size(), " subjects, ", s.frames, " frames",
              s.seconds > 0 ? ", " + fixed(s.seconds, 0) + " s" : ""));
    line("frames per second", rate_text(s));
    line("skeleton",
         text(s.topology.name, ", ", s.topology.joints.size(), " joints, channels ",
              skeleton::name(s.shape.layout),
              s.confident == s.used ? std::string()
              : s.confident == 0
                  ? ", no confidence: every joint that is there counts as seen"
                  : text(", confidence in ", s.confident, " of ", s.used, " recordings")));
    line("people",
         text(s.tracks, " continuous tracks, ", s.switches, " switches of the primary person, ",
              s.several, " frames with several people, ", s.empty, " without the primary person"));
    line("coordinates", ranges_text(s.poses));
    if (from.marks) {
        const annotation_survey annotated(from);
        line("segments", text(from.marks->as_read.size(), " of ", corpus.marks->classes(),
                              " classes by ", annotated.annotators.size(), " annotators (",
                              list_of({annotated.annotators.begin(), annotated.annotators.end()}),
                              ") in ", annotated.looked_at, " recordings"));
    }
    if (!corpus.tags.empty()) line("tags", text(corpus.tags.size()));
    out += lines_of(s.found);
    return out + "\n" + joint_table(s.topology, s.poses, skeleton::has_confidence(s.shape.layout));
}

/// The first of the frames that show most joints.
int best_frame(const data::recording& r) {
    const auto view = r.poses.view();
    int most = -1, best = 0;
    for (int t = 0; t < view.length; ++t) {
        int count = 0;
        for (int v = 0; v < view.shape.joints; ++v) count += view.valid(t, v);
        if (count > most) {
            most = count;
            best = t;
        }
    }
    return best;
}

}  // namespace

void inspect_recordings(recording_options options, const std::string& json, const std::string& svg,
                        int threads) {
    if (!options.joints.ends_with(".csv")) options.joints = "as-recorded";
    options.as_found = true;
    const recordings from = open(options);
    const std::string format = data::readers::recognise(from.corpus.entries.front().path);
    const corpus_survey s = look_at(from, options, threads);
    if (!svg.empty())
        io::write_file(svg, report::skeleton_chart(report::shorten(s.longest.name, 60),
                                                   s.longest.poses.view(), best_frame(s.longest),
                                                   s.topology.bones(), s.topology.joints)
                                .document());
    put_json(json, to_json(from, s, format));
    print(to_text(from, s, format), json);
}

}  // namespace mgfm

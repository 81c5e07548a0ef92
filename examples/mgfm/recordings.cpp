// SPDX-License-Identifier: MIT
#include "recordings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "mgkit/core/parallel.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/joint_map.hpp"
#include "mgkit/data/source.hpp"
#include "mgkit/data/tidy.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/upper_body.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;

void recording_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Recordings");
    command
        .add_option("--corpus", corpus,
                    "Folder with recordings.csv, or of recordings in a known format, or one such "
                    "recording (mgfm inspect says which format it sees)")
        ->required();
    add_reading_to(command);
    command.add_option("--not-finite", not_finite, "NaN and infinity: refuse or mark as missing")
        ->check(CLI::IsMember({"reject", "mark"}))
        ->capture_default_str();
    command.add_option("--zeros", zeros, "Joints at exactly 0: as the format declares, or ...")
        ->check(CLI::IsMember({"declared", "missing", "present"}))
        ->capture_default_str();
    command
        .add_option("--fill-gaps", fill_gaps,
                    "Fill gaps of up to this many frames; filled joints stay below any threshold "
                    "of visibility")
        ->check(CLI::Range(0, 1000));
    command.add_flag("--smooth", smooth, "Smooth jitter of the joints");
    command.option_defaults()->group("Truth");
    command.add_option("--segments", segments,
                       "Annotations as CSV: recording,start,end,label[,class,annotator]; empty "
                       "start, end and label: looked at, nothing found "
                       "(default: segments.csv of the corpus)");
    command
        .add_option("--annotators", annotators,
                    "Whose marks count, for each recording: first, the lowest-numbered annotator "
                    "who looked at it; union, frames that anybody marked; consensus, frames that "
                    "more than half of its annotators marked (clips: with the same class); or the "
                    "number of one, other recordings then count as not annotated. In union and "
                    "consensus each class is settled by itself and marks that share a frame become "
                    "one")
        ->check([](const std::string& words) {
            try {
                data::parse_annotators(words);
                return std::string();
            } catch (const error& e) {
                return std::string(e.what());
            }
        })
        ->capture_default_str();
    command
        .add_option("--tag-before", tag_before,
                    "With --tag-after: pseudo-intervals around tagged moments, this many frames "
                    "before")
        ->check(CLI::Range(0, 100000));
    command.add_option("--tag-after", tag_after, "... and this many after")
        ->check(CLI::Range(1, 100000));
    command.add_option("--rest", rest, "Classes that are no gesture: Rest,Hold")->delimiter(',');
    command
        .add_option("--non-mg", non_mg,
                    "Class of gestures that are no micro-gestures: left out of the prior, and "
                    "overlap is reported with and without it")
        ->capture_default_str();
    command.add_flag("--merge", merge, "Join segments that touch into one gesture unit");
    command
        .add_option("--test-subjects", test_subjects,
                    "Subjects on the test side (default: the split of recordings.csv)")
        ->delimiter(',');
}

void recording_options::add_reading_to(CLI::App& command) {
    command.option_defaults()->group("Recordings");
    command
        .add_option("--joints", joints,
                    "Skeleton of the clips: the 41 joints of upper_body, the 15 of body25_upper15, "
                    "as recorded, or auto: upper_body for whole-body recordings. Or a CSV that "
                    "says what the joints of the files are: index,joint[,parent]")
        ->check([](const std::string& words) {
            return words == "auto" || words == "as-recorded" || words == "upper_body" ||
                           words == "body25_upper15" || words.ends_with(".csv")
                       ? std::string()
                       : "auto, as-recorded, upper_body, body25_upper15 or a .csv, not " + words;
        })
        ->capture_default_str();
    command
        .add_option("--skeleton", skeleton,
                    "What the joints of the files are, where they have no names")
        ->check(CLI::IsMember(skeleton_names()));
    command
        .add_option("--fps", fps, "Frames per second of every recording, instead of what files say")
        ->check(CLI::PositiveNumber);
    command.add_flag("--strict", strict,
                     "Refuse what is otherwise left out or repaired and counted: values that are "
                     "none, segments outside their recording, recordings that cannot be read");
}

data::read_policy recording_options::policy() const {
    data::read_policy out;
    out.not_finite = not_finite == "mark" && !strict ? data::not_finite_rule::mark_invalid
                                                     : data::not_finite_rule::reject;
    out.zeros = zeros == "missing"   ? data::zero_rule::missing
                : zeros == "present" ? data::zero_rule::present
                                     : data::zero_rule::as_declared;
    out.strict = strict;
    if (!skeleton.empty() && joints.ends_with(".csv"))
        wrong_usage("--skeleton and --joints FILE.csv exclude each other");
    if (joints.ends_with(".csv"))
        out.joints = std::make_shared<data::joint_order>(data::read_joint_map(joints));
    else if (!skeleton.empty())
        out.joints = std::make_shared<data::joint_order>(data::order_of(skeleton));
    return out;
}

namespace {

std::map<std::string, std::vector<cut_in_interval>> read_cut_ins(const std::string& path) {
    std::map<std::string, std::vector<cut_in_interval>> out;
    std::error_code code;
    if (!std::filesystem::exists(path, code)) return out;
    const io::csv_table table = io::read_csv(path);
    const auto recording = table.column("recording"), start = table.column("start"),
               end = table.column("end"), kind = table.column("kind");
    for (std::size_t row = 0; row < table.rows(); ++row)
        out[table.at(row, recording)].push_back(
            {table.integer(row, start), table.integer(row, end), table.at(row, kind)});
    return out;
}

void take_test_subjects(data::corpus& corpus, const std::vector<int>& subjects) {
    if (subjects.empty()) return;
    for (const int s : subjects)
        if (std::none_of(corpus.entries.begin(), corpus.entries.end(),
                         [s](const data::corpus_entry& e) { return e.subject == s; }))
            throw error("--test-subjects", "subjects of the corpus", text(s));
    for (auto& e : corpus.entries)
        e.on = std::find(subjects.begin(), subjects.end(), e.subject) == subjects.end()
                   ? data::side::train
                   : data::side::test;
}

int label_named(const data::annotations& marks, const std::string& name) {
    if (const auto label = marks.label_of(name)) return *label;
    std::string known;
    for (const auto& c : marks.class_names) known += (known.empty() ? "" : ", ") + c;
    throw error("--rest", "one of the classes " + known, name);
}

/// The class of that name; the label that `names` gives it where the file names no classes.
std::optional<int> label_in(const data::annotations& marks, const std::string& name,
                            const data::annotations& names) {
    if (const auto label = marks.label_of(name)) return label;
    const auto known = names.label_of(name);
    const bool unnamed =
        known && *known < marks.classes() &&
        marks.class_names[static_cast<std::size_t>(*known)] == text("class ", *known);
    return unnamed ? known : std::nullopt;
}

bool to_upper_body(const std::string& name) {
    bool out = false;
    skeleton::all::for_each([&]<class From>(type_tag<From>) {
        out = out || (From::name == name && skeleton::convertible<From, skeleton::upper_body>);
    });
    return out;
}

/// The skeleton that a recording is carried to; empty: it stays as recorded.
std::string_view target_of(const recording_options& options, const data::recording& r) {
    constexpr int whole_body = 41;
    std::string_view out;
    if (options.joints == skeleton::body25_upper15::name)
        out = skeleton::body25_upper15::name;
    else if (options.joints == skeleton::upper_body::name ||
             (options.joints == "auto" && skeleton::joint_count(r.topology) > whole_body &&
              to_upper_body(r.topology.name)))
        out = skeleton::upper_body::name;
    return out == r.topology.name ? std::string_view() : out;
}

}  // namespace

marked_truth truth_from(data::annotations read, const recording_options& options,
                        const data::annotations& names) {
    const auto choice = data::parse_annotators(options.annotators);
    marked_truth out;
    std::vector<int> rest;
    for (const auto& name : options.rest) {
        label_named(names, name);
        if (const auto label = label_in(read, name, names)) rest.push_back(*label);
    }
    out.gestures = data::without_classes(read, rest);
    out.merged = options.merge;
    if (options.merge) {
        const auto units = data::settled(out.gestures, choice, data::label_rule::together);
        out.chosen = data::merged(units, {}, "gesture unit");
    } else {
        out.chosen = data::settled(out.gestures, choice, data::label_rule::apart);
        out.non_mg = label_in(read, options.non_mg, names);
        if (out.non_mg)
            out.micro_gestures = data::without_classes(out.gestures, std::array{*out.non_mg});
    }
    out.as_read = std::move(read);
    return out;
}

bool recordings::annotated(const std::string& name) const {
    return marks && data::annotated(marks->as_read, name, annotators);
}

std::string recordings::whose() const {
    return tagged ? truth : truth + ", " + annotators.words();
}

std::vector<data::segment> recordings::gestures(const data::recording& person,
                                                bool with_non_mg) const {
    if (!marks) return {};
    data::findings told_by_reading;
    if (marks->merged)
        return data::within(marks->chosen.of(person.name), person.frames(), told_by_reading);
    return data::within(data::settled(with_non_mg ? marks->gestures : marks->micro_gestures,
                                      person.name, annotators, data::label_rule::together),
                        person.frames(), told_by_reading);
}

data::findings recordings::found() const {
    data::findings out = corpus.found;
    if (marks) out.append(marks->as_read.found);
    return out;
}

namespace {

/// Errors: mgkit::error where an annotator is asked for who marked nothing anywhere.
void check_annotator(const recordings& from) {
    if (from.annotators.rule != data::annotator_rule::numbered) return;
    std::set<int> known;
    for (const auto& e : from.corpus.entries)
        known.merge(from.marks->as_read.annotators_of(e.name));
    if (known.contains(from.annotators.number)) return;
    throw error("--annotators", "one of the annotators " + list_of({known.begin(), known.end()}),
                text(from.annotators.number));
}

}  // namespace

recordings open(const recording_options& options) {
    recordings out;
    out.annotators = data::parse_annotators(options.annotators);
    data::require_recordings(options.corpus);
    const data::read_policy policy = options.policy();
    out.corpus = data::open_corpus(options.corpus, policy);
    data::corpus& corpus = out.corpus;
    take_test_subjects(corpus, options.test_subjects);
    if ((options.tag_before < 0) != (options.tag_after < 0))
        wrong_usage("--tag-before and --tag-after go together");
    if (options.tag_after > 0 && options.annotators != "first")
        wrong_usage("--annotators and --tag-after exclude each other");
    if (!options.segments.empty()) {
        if (options.tag_after > 0) wrong_usage("--segments and --tag-after exclude each other");
        corpus.marks = data::read_annotations(corpus, options.segments, policy);
    } else if (options.tag_after > 0) {
        corpus.marks = data::marks_from_tags(corpus, options.tag_before, options.tag_after);
        out.truth = text("pseudo-intervals, ", options.tag_before, " frames before to ",
                         options.tag_after, " after each tag; nobody annotated intervals");
        out.tagged = true;
    }
    if (corpus.marks) {
        const data::annotations read = std::move(*corpus.marks);
        out.marks = truth_from(read, options, read);
        corpus.marks = out.marks->chosen;
        check_annotator(out);
        if (out.truth.empty()) out.truth = "annotated segments";
        if (options.merge) out.truth += ", merged into gesture units where they touch";
    } else if (!options.rest.empty() || options.merge) {
        wrong_usage("--rest and --merge need segments");
    }
    std::error_code code;
    if (std::filesystem::is_directory(options.corpus, code))
        out.cut_ins = read_cut_ins(options.corpus + "/cut_ins.csv");
    for (const auto& note : out.found().sentences()) say("note: " + note);
    return out;
}

std::vector<std::size_t> entries_on(const recordings& from, const std::string& side) {
    std::vector<std::size_t> out;
    const data::side wanted = side == "test" ? data::side::test : data::side::train;
    for (std::size_t i = 0; i < from.corpus.entries.size(); ++i)
        if (side == "all" || from.corpus.entries[i].on == wanted ||
            (side == "train" && from.corpus.entries[i].on == data::side::unknown))
            out.push_back(i);
    if (out.empty())
        throw error("--side " + side, "recordings on that side of " + from.corpus.path, "none",
                    "state a split in recordings.csv, or --test-subjects");
    return out;
}

namespace {

/// Joints of a converted recording that no frame shows.
void tell_lacking(const data::recording& converted, const std::string& before,
                  data::findings& found) {
    const auto view = converted.poses.view();
    int lacking = 0;
    for (int v = 0; v < view.shape.joints; ++v) {
        bool seen = false;
        for (int t = 0; t < view.length && !seen; ++t) seen = view.valid(t, v);
        lacking += seen ? 0 : 1;
    }
    found.add(
        {data::finding_kind::left_out,
         "joints_lacking",
         text("joints of ", converted.topology.name, " that recordings of ", before, " never show"),
         converted.name,
         lacking,
         {}});
}

}  // namespace

loaded_recording read_one(const recordings& from, const recording_options& options,
                          std::size_t entry) {
    data::primary_result read = data::open_recording(from.corpus, entry, options.policy());
    loaded_recording out{std::move(read.person), std::move(read.report), false, 0};
    out.stated_fps = out.person.fps;
    if (options.fps > 0) out.person.fps = options.fps;
    if (!options.as_found && !(out.person.fps > 0))
        throw error("recording " + out.person.name, "a frame rate", "none", "give --fps");
    out.states_confidence =
        skeleton::has_confidence(out.person.poses.shape().layout) && !out.person.confidence_assumed;
    if (!out.states_confidence)
        out.people.found.add({data::finding_kind::assumed,
                              "no_confidence",
                              "recordings without confidence: every joint that is there counts as "
                              "seen, at any threshold",
                              out.person.name,
                              1,
                              {}});
    if (!options.as_found) data::add_confidence(out.person);
    if (const auto target = target_of(options, out.person); !target.empty()) {
        const std::string from_skeleton = out.person.topology.name;
        out.person = target == skeleton::upper_body::name
                         ? data::convert_recording<skeleton::upper_body>(out.person)
                         : data::convert_recording<skeleton::body25_upper15>(out.person);
        tell_lacking(out.person, from_skeleton, out.people.found);
    }
    if (options.fill_gaps > 0)
        data::fill_gaps(out.person,
                        {.max_gap_frames = options.fill_gaps, .cuts = out.people.cuts()});
    if (options.smooth) data::smooth(out.person, {.cuts = out.people.cuts()});
    return out;
}

bool same_skeleton::fits(const data::recording& one, data::findings& found) {
    if (kept_ == 0) {
        like_.name = one.name;
        like_.topology = one.topology;
        like_.poses.resize({one.poses.shape().layout, 1, one.poses.shape().joints, 1}, 1);
    }
    const auto layout = one.poses.shape().layout, before = like_.poses.shape().layout;
    if (one.topology == like_.topology && layout == before) {
        ++kept_;
        return true;
    }
    const auto words = [](const data::recording& r, skeleton::channel_layout channels) {
        return text(r.topology.name, " of ", r.topology.joints.size(), " joints, channels ",
                    skeleton::name(channels));
    };
    if (left_out_++ == 0) other_ = text("recording ", one.name, " has ", words(one, layout));
    if (strict_)
        throw error("recording " + one.name,
                    text(words(like_, before), ", as ", like_.name, " has"), words(one, layout),
                    "give recordings of one skeleton, or --joints upper_body");
    found.add({data::finding_kind::left_out,
               "another_skeleton",
               text("recordings of another skeleton (", words(one, layout), ") than ", like_.name,
                    " has (", words(like_, before), ")"),
               one.name,
               1,
               {}});
    return false;
}

void same_skeleton::finish() const {
    if (left_out_ > 0 && left_out_ >= kept_)
        throw error("recordings",
                    text("most of one skeleton, as ", like_.name, " has (", like_.topology.name,
                         " of ", like_.topology.joints.size(), " joints)"),
                    text(left_out_, " of ", left_out_ + kept_, " of another: ", other_),
                    "give recordings of one skeleton, or --joints upper_body");
}

data::findings for_each_recording(const recordings& from, const recording_options& options,
                                  const std::vector<std::size_t>& entries, int threads,
                                  const std::string& task,
                                  const std::function<void(std::size_t, loaded_recording&)>& use) {
    struct slot {
        std::optional<loaded_recording> loaded;
        std::exception_ptr fault;
    };
    progress_display display(task, "recordings");
    const auto count = static_cast<std::ptrdiff_t>(entries.size());
    std::vector<slot> slots(static_cast<std::size_t>(std::max(threads, 1)));
    data::findings found;
    std::exception_ptr first_fault;
    int used = 0;
    for (std::ptrdiff_t begin = 0; begin < count;) {
        const auto now = std::min(static_cast<std::ptrdiff_t>(slots.size()), count - begin);
        parallel_for(threads, now, [&](std::ptrdiff_t k) {
            slot& at = slots[static_cast<std::size_t>(k)] = {};
            try {
                at.loaded = read_one(from, options, entries[static_cast<std::size_t>(begin + k)]);
            } catch (const error&) {
                at.fault = std::current_exception();
            }
        });
        for (std::ptrdiff_t k = 0; k < now; ++k) {
            slot& at = slots[static_cast<std::size_t>(k)];
            const std::size_t entry = entries[static_cast<std::size_t>(begin + k)];
            if (at.loaded) {
                found.append(at.loaded->people.found);
                use(entry, *at.loaded);
                ++used;
                continue;
            }
            if (!first_fault) first_fault = at.fault;
            if (options.strict) std::rethrow_exception(at.fault);
            try {
                std::rethrow_exception(at.fault);
            } catch (const error& why) {
                data::leave_out(found, from.corpus.entries[entry].name, why);
            }
        }
        begin += now;
        display.update(begin, count, 0, {});
    }
    if (used == 0 && first_fault) std::rethrow_exception(first_fault);
    return found;
}

}  // namespace mgfm

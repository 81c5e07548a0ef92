// SPDX-License-Identifier: MIT
// Definitions of corpus.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/clip_set.hpp"
#include "mgkit/data/corpus.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/data/plausible_joints.hpp"
#include "mgkit/data/primary_person.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/readers/concept.hpp"
#include "mgkit/data/recording.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json.hpp"

namespace MGKIT_NAMESPACE::data {

namespace detail {

MGKIT_COLD_INLINE side parse_side(const io::csv_table& table, std::size_t row, std::size_t column) {
    const std::string& field = table.at(row, column);
    if (field.empty()) return side::unknown;
    if (field == "train" || field == "0") return side::train;
    if (field == "test" || field == "1") return side::test;
    table.refuse(row, column, "train, test or nothing");
}

MGKIT_COLD_INLINE std::optional<outcome> parse_outcome(const io::csv_table& table, std::size_t row,
                                                       std::size_t column) {
    const std::string& field = table.at(row, column);
    if (field.empty()) return std::nullopt;
    if (field == "win") return outcome::win;
    if (field == "loss") return outcome::loss;
    table.refuse(row, column, "win, loss or nothing");
}

/// A path of a manifest stays inside the corpus: it is neither absolute nor leads upwards.
MGKIT_COLD_INLINE bool stays_inside(const std::filesystem::path& file) {
    return !file.empty() && file.is_relative() &&
           std::none_of(file.begin(), file.end(), [](const auto& part) { return part == ".."; });
}

/// People by number, or, where one of them is no number, all by name; empty fields are unknown.
MGKIT_COLD_INLINE void take_subjects(const io::csv_table& table, std::size_t column,
                                     std::vector<corpus_entry>& entries,
                                     std::vector<std::string>& names) {
    const auto is_number = [](const std::string& field) {
        return field.find_first_not_of("0123456789", field.starts_with('-') ? 1 : 0) ==
               std::string::npos;
    };
    std::vector<std::string> fields;
    std::vector<std::size_t> rows;
    bool numbers = true;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (table.at(row, column).empty()) continue;
        rows.push_back(row);
        fields.push_back(table.at(row, column));
        numbers = numbers && is_number(fields.back());
    }
    if (numbers) {
        for (const std::size_t row : rows) entries[row].subject = table.integer(row, column);
        return;
    }
    numbered_names found = number_names(fields);
    for (std::size_t k = 0; k < rows.size(); ++k) entries[rows[k]].subject = found.numbers[k];
    names = std::move(found.names);
}

MGKIT_COLD_INLINE std::vector<corpus_entry> read_manifest(const std::string& folder,
                                                          std::vector<std::string>& subject_names) {
    const io::csv_table table = io::read_csv(folder + "/recordings.csv");
    const auto name = table.column("recording"), file = table.column("file");
    const auto subject = table.find("subject"), split = table.find("split"),
               result = table.find("outcome"), fps = table.find("fps"), index = table.find("index");
    const auto given = [&](std::size_t row, const std::optional<std::size_t>& column) {
        return column && !table.at(row, *column).empty();
    };
    std::vector<corpus_entry> out;
    std::set<std::string> names;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        corpus_entry e;
        e.name = table.at(row, name);
        if (e.name.empty() || !names.insert(e.name).second)
            table.refuse(row, name, "a name that no other recording has");
        if (!stays_inside(table.at(row, file)))
            table.refuse(row, file, "a file or folder below the corpus");
        e.path = folder + "/" + table.at(row, file);
        if (given(row, index)) {
            const int i = table.integer(row, *index);
            if (i < 0) table.refuse(row, *index, "an index from 0");
            e.index = static_cast<std::size_t>(i);
        }
        if (split) e.on = parse_side(table, row, *split);
        if (result) e.result = parse_outcome(table, row, *result);
        if (given(row, fps)) e.fps = table.real(row, *fps);
        if (e.fps < 0) table.refuse(row, *fps, "frames per second, above 0");
        out.push_back(std::move(e));
    }
    if (subject) take_subjects(table, *subject, out, subject_names);
    return out;
}

MGKIT_COLD_INLINE corpus_entry entry_at(const std::string& path, std::size_t index,
                                        std::string name) {
    corpus_entry out;
    out.name = std::move(name);
    out.path = path;
    out.index = index;
    return out;
}

/// Files that mgkit puts or expects beside recordings.
MGKIT_COLD_INLINE bool is_side_file(const std::string& name) {
    for (const char* known : {"recordings.csv", "segments.csv", "annotators.csv", "tags.csv",
                              "cut_ins.csv", "corpus.json", "truth"})
        if (name == known) return true;
    return false;
}

/// What lies in a folder, by name, without hidden and side files.
MGKIT_COLD_INLINE std::vector<std::string> contents_of(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code code;
    for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end;
         at.increment(code))
        if (const auto name = at->path().filename().string();
            !name.starts_with(".") && !is_side_file(name))
            paths.push_back(at->path().string());
    if (code) throw error(folder, "a readable folder", code.message());
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Everything below `folder` that some reader recognises, by name.
MGKIT_COLD_INLINE std::vector<corpus_entry> find_recordings(const std::string& folder,
                                                            const read_policy& policy,
                                                            findings& found) {
    std::vector<corpus_entry> out;
    std::vector<std::string> unread;
    for (const auto& path : contents_of(folder)) {
        if (readers::recognise(path).empty()) {
            unread.push_back(path);
            continue;
        }
        const std::string stem = std::filesystem::path(path).stem().string();
        try {
            const auto names = readers::list_any(path);
            for (std::size_t i = 0; i < names.size(); ++i)
                out.push_back(entry_at(path, i, names.size() == 1 ? stem : stem + "/" + names[i]));
        } catch (const error& why) {
            if (policy.strict) throw;
            leave_out(found, stem, why);
        }
    }
    if (unread.empty() || out.empty()) return out;
    const std::string first = std::filesystem::path(unread.front()).filename().string();
    if (policy.strict)
        throw error(unread.front(), "recordings of a known format", "something else",
                    "move it elsewhere, or list the recordings in recordings.csv");
    found.add(
        finding_kind::left_out, "unread_files",
        text("files in the folder that no reader takes, the first ", io::json(first).shown(true)),
        static_cast<std::int64_t>(unread.size()));
    return out;
}

/// Recordings that lie beside those of a manifest.
MGKIT_COLD_INLINE void count_unlisted(const std::string& folder,
                                      const std::vector<corpus_entry>& entries,
                                      const read_policy& policy, findings& found) {
    std::set<std::filesystem::path> listed;
    for (const auto& e : entries) {
        const auto inside = std::filesystem::path(e.path).lexically_relative(folder);
        if (!inside.empty()) listed.insert(*inside.begin());
    }
    for (const auto& path : contents_of(folder)) {
        const auto name = std::filesystem::path(path).filename();
        if (listed.contains(name) || readers::recognise(path).empty()) continue;
        if (policy.strict)
            throw error(path, "recordings that recordings.csv lists", "one that it does not",
                        "add a row or move it elsewhere");
        found.add({finding_kind::left_out,
                   "recordings_not_listed",
                   "recordings that recordings.csv does not list",
                   name.string(),
                   1,
                   {}});
    }
}

/// What a format of several recordings knows about them beyond poses.
MGKIT_COLD_INLINE void take_facts(const std::string& path, corpus& out) {
    readers::detail::with_reader(readers::require_format(path), [&]<class R>(const R&) {
        if constexpr (requires { R::facts(path); }) {
            const auto facts = R::facts(path);
            out.class_names = facts.class_names;
            out.frames = facts.frames;
            for (std::size_t i = 0; i < facts.subjects.size(); ++i)
                out.entries[i].subject = facts.subjects[i];
            for (const auto& tag : facts.tags)
                out.tags.push_back({static_cast<std::size_t>(tag.recording), tag.frame, tag.label});
            if (facts.segments.empty()) return;
            out.marks.emplace();
            out.marks->class_names = facts.class_names;
            for (std::size_t i = 0; i < facts.segments.size(); ++i) {
                auto list = facts.segments[i];
                for (const segment& s : list)
                    if (s.label >= out.marks->classes())
                        throw error(path, text("labels below ", out.marks->classes()),
                                    text(s.label), "name every class in meta.json");
                sort_segments(list);
                out.marks->by_recording[out.entries[i].name] = std::move(list);
            }
        }
    });
}

/// corpus.json: what the corpus calls itself, and what made it.
MGKIT_COLD_INLINE void take_description(const std::string& folder, corpus& out) {
    const std::string path = folder + "/corpus.json";
    const io::json about = io::read_json(path);
    out.about.name = io::get_or<std::string>(about, "name", out.about.name, path);
    out.about.generator = io::get_or<std::string>(about, "generator_version", "", path);
    out.about.caveat = io::get_or<std::string>(about, "note", "", path);
    out.about.synthetic = !out.about.generator.empty();
}

/// Annotations of recordings that are not there are left out, as long as some are.
MGKIT_COLD_INLINE void keep_known_names(const std::string& where,
                                        const std::vector<corpus_entry>& entries,
                                        const read_policy& policy, annotations& marks) {
    std::set<std::string_view> names;
    for (const auto& e : entries) names.insert(e.name);
    std::map<std::string, std::size_t> unknown;
    std::size_t known = 0;
    for (const auto& [name, list] : marks.by_recording)
        names.contains(name) ? known += list.size() : unknown[name] += list.size();
    for (const auto& [name, who] : marks.nothing_found)
        names.contains(name) ? known += who.size() : unknown[name] += who.size();
    if (unknown.empty()) return;
    const std::string& first = unknown.begin()->first;
    if (known == 0 || policy.strict) {
        const std::string stem = std::filesystem::path(first).stem().string();
        throw error(where, "segments of recordings of this corpus", first,
                    names.contains(stem) ? text("the corpus calls it ", stem)
                                         : text("its first recording is ", entries.front().name));
    }
    for (const auto& [name, count] : unknown) {
        marks.found.add({finding_kind::left_out,
                         "segments_of_unknown_recordings",
                         text("segments in ", where, " of recordings that are not there"),
                         name,
                         static_cast<std::int64_t>(count),
                         {}});
        marks.by_recording.erase(name);
        marks.nothing_found.erase(name);
    }
}

/// A subject must not be on both sides.
MGKIT_COLD_INLINE void check_sides(const std::string& where,
                                   const std::vector<corpus_entry>& entries) {
    std::set<int> train, test;
    for (const auto& e : entries)
        if (e.subject >= 0 && e.on != side::unknown)
            (e.on == side::train ? train : test).insert(e.subject);
    for (const int s : train)
        if (test.contains(s))
            throw error(where, "subjects on one side of the split each",
                        text("subject ", s, " on both"), "split by subject");
}

}  // namespace detail

MGKIT_COLD_INLINE void leave_out(findings& found, const std::string& recording, const error& why) {
    const bool nobody = dynamic_cast<const readers::nobody_seen*>(&why) != nullptr;
    found.add({finding_kind::left_out,
               nobody ? "nobody_seen" : "recordings_unusable",
               nobody ? std::string("recordings with nobody in them")
                      : text("recordings that cannot be used (", why.what(), ")"),
               recording,
               1,
               {}});
}

MGKIT_COLD_INLINE corpus open_corpus(const std::string& path, const read_policy& policy) {
    namespace fs = std::filesystem;
    std::error_code code;
    corpus out;
    out.path = path;
    out.about.name = fs::path(path).filename().string();
    if (out.about.name.empty()) out.about.name = path;
    if (!fs::exists(path, code))
        throw error(path, "a file or folder of recordings", "nothing of that name",
                    "check the path");
    if (fs::exists(path + "/recordings.csv", code)) {
        out.entries = detail::read_manifest(path, out.subject_names);
        detail::count_unlisted(path, out.entries, policy, out.found);
    } else if (!readers::recognise(path).empty()) {
        const auto names = readers::list_any(path);
        for (std::size_t i = 0; i < names.size(); ++i)
            out.entries.push_back(detail::entry_at(path, i, names[i]));
        detail::take_facts(path, out);
    } else if (fs::is_directory(path, code)) {
        out.entries = detail::find_recordings(path, policy, out.found);
    }
    if (fs::exists(path + "/corpus.json", code)) detail::take_description(path, out);
    if (out.entries.empty())
        throw error(path, "recordings in a known format", "none", readers::detail::known_formats());
    if (fs::exists(path + "/segments.csv", code))
        out.marks = read_annotations(out, path + "/segments.csv", policy);
    int next = 0, unknown = 0;
    for (const auto& e : out.entries) next = std::max(next, e.subject + 1);
    for (auto& e : out.entries)
        if (e.subject < 0) {
            e.subject = next++;
            e.own_subject = true;
            ++unknown;
        }
    if (!out.subject_names.empty())
        out.found.add(finding_kind::assumed, "subjects_named",
                      text("people by name, numbered from 0 in order: ", out.subject_names.front(),
                           out.subject_names.size() > 1 ? ", " + out.subject_names[1] : "",
                           out.subject_names.size() > 2 ? ", ..." : ""),
                      static_cast<std::int64_t>(out.subject_names.size()));
    if (out.size() > 1)
        out.found.add(finding_kind::assumed, "subjects_unknown",
                      "recordings of unknown subjects, each counted as its own", unknown);
    detail::check_sides(path, out.entries);
    return out;
}

MGKIT_COLD_INLINE annotations marks_from_tags(const corpus& from, int before, int after) {
    if (from.tags.empty() || from.frames.size() != from.entries.size())
        throw error(from.path, "tags of a known format (long_tags.npy)", "none");
    if (before < 0 || after < 1)
        throw error("marks_from_tags", "0 or more frames before and 1 or more after",
                    text(before, ", ", after));
    annotations out;
    out.class_names = from.class_names;
    for (const corpus_tag& tag : from.tags) {
        if (tag.label >= out.classes())
            throw error(from.path, text("labels of tags below ", out.classes()), text(tag.label));
        out.by_recording[from.entries[tag.entry].name].push_back(
            {std::max(0, tag.frame - before), std::min(from.frames[tag.entry], tag.frame + after),
             tag.label, 0});
    }
    for (auto& [name, list] : out.by_recording) sort_segments(list);
    return out;
}

MGKIT_COLD_INLINE annotations read_annotations(const corpus& of, const std::string& path,
                                               const read_policy& policy) {
    annotations out = read_annotations(path, policy);
    detail::keep_known_names(path, of.entries, policy, out);
    return out;
}

MGKIT_COLD_INLINE primary_result open_recording(const corpus& from, std::size_t i,
                                                const read_policy& policy) {
    const corpus_entry& e = from.entries.at(i);
    detections seen = readers::read_any(e.path, e.index, policy);
    seen.name = e.name;
    seen.found.name_recording(e.name);
    primary_result out;
    if (readers::follows_one_person(e.path)) {
        out.person = recording_of(seen);
        out.report.frames = seen.frames();
        out.report.tracks = 1;
        out.report.empty_frames = seen.frames() - static_cast<int>(seen.people());
        out.report.found = seen.found;
        out.report.found.add({finding_kind::assumed,
                              "one_person_format",
                              "recordings of a format that follows one person: where another takes "
                              "over is not known",
                              e.name,
                              1,
                              {}});
    } else {
        out = primary_person(seen);
    }
    recording& r = out.person;
    r.name = e.name;
    r.subject = e.subject;
    if (e.result) r.result = e.result;
    if (e.fps > 0) r.fps = e.fps;
    check(r);
    findings doubtful = check_joints(r);
    doubtful.name_recording(e.name);
    out.report.found.append(doubtful);
    if (!from.marks) return out;
    if (policy.strict)
        for (const segment& s : from.marks->of(e.name))
            if (s.end > r.frames())
                throw error("segments of " + e.name, text("ends within ", r.frames(), " frames"),
                            text(s.end), "count frames at the recording's rate");
    findings beyond;
    within(from.marks->of(e.name), r.frames(), beyond);
    beyond.name_recording(e.name);
    out.report.found.append(beyond);
    return out;
}

}  // namespace MGKIT_NAMESPACE::data

// SPDX-License-Identifier: MIT
// A synthetic corpus on disk: recordings in any format we read, annotations, truth.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "mgkit/core/error.hpp"
#include "mgkit/data/annotations.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/data/interview/truth.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/io/mapped_file.hpp"

namespace MGKIT_NAMESPACE::data::interview {

struct corpus_progress {
    int done = 0, total = 0;
    bool skipped = false;  ///< the recording was there already
};

namespace detail {

void move_into_place(const std::string& from, const std::string& to);

void make_folder(const std::string& path);

/// The line of corpus.json's settings, or an error where the folder holds another corpus.
void claim_folder(const std::string& folder, const io::json& about);

}  // namespace detail

/// Writes a corpus into `folder`, one recording at a time.
///
/// `recordings/NAME` in `format` (see readers::formats), `truth/NAME/` (see write_truth; without
/// latent poses if `latent` is false), `corpus.json` with settings, seed and version, and, when all
/// recordings are there, `recordings.csv` (recording, file, subject, split, outcome, fps),
/// `segments.csv` (both annotators, with a row for each who found nothing in a recording) and
/// `cut_ins.csv`. What was written completely is kept when a run that ended early is repeated; the
/// result has the same bytes as an undisturbed run's. `progress(corpus_progress)` is called after
/// each recording. Errors: mgkit::error for an unknown format, a folder with something else in it
/// or with a corpus of other settings, a full disk. Memory: one recording.
template <class Progress>
void write_corpus(const std::string& folder, const generator& corpus, std::string_view format,
                  bool latent, Progress&& progress) {
    namespace fs = std::filesystem;
    const std::string extension = readers::extension_of(format);
    const settings& s = corpus.options();
    detail::claim_folder(folder, {{"name", "synthetic press conference"},
                                  {"generator_version", generator_version},
                                  {"seed", s.seed},
                                  {"format", format},
                                  {"latent", latent},
                                  {"settings", to_json(s)},
                                  {"note", purpose}});
    const std::string staging = folder + "/.unfinished";
    std::error_code code;
    fs::remove_all(staging, code);
    for (const char* part : {"/recordings", "/truth", "/.unfinished"})
        detail::make_folder(folder + part);

    std::string manifest = "recording,file,subject,split,outcome,fps\n";
    std::string cut_ins(cut_in_columns);
    annotations marks{class_names(), {}};
    for (int i = 0; i < corpus.size(); ++i) {
        const std::string name = generator::name_of(i);
        const std::string file = "recordings/" + name + extension;
        const bool there = fs::exists(folder + "/" + file, code);
        const interview one = there ? corpus.outline(i) : corpus.make(i);
        if (!there) {
            // The truth comes first: a recording that is there is complete.
            write_truth(staging + "/truth", one, s, latent);
            fs::remove_all(folder + "/truth/" + name, code);
            detail::move_into_place(staging + "/truth", folder + "/truth/" + name);
            const std::string made = staging + "/" + name + extension;
            readers::write_as(format, made, one.observed);
            detail::move_into_place(made, folder + "/" + file);
        }
        const std::string fields[] = {name,
                                      file,
                                      text(one.observed.subject),
                                      one.test_split ? "test" : "train",
                                      one.observed.result == outcome::win ? "win" : "loss",
                                      text(static_cast<int>(frame_rate))};
        manifest += io::csv_line(fields);
        cut_ins += cut_in_lines(one);
        add_marks(marks, one);
        progress(corpus_progress{i + 1, corpus.size(), there});
    }
    fs::remove_all(staging, code);
    write_annotations(folder + "/segments.csv", marks);
    io::write_file(folder + "/cut_ins.csv", cut_ins);
    io::write_file(folder + "/recordings.csv", manifest);
}
void write_corpus(const std::string& folder, const generator& corpus,
                  std::string_view format = "mmpose", bool latent = true);

}  // namespace MGKIT_NAMESPACE::data::interview

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/interview/write_corpus-inl.hpp"
#endif

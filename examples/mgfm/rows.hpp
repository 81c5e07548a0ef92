// Rows of a report: their computation, and their storage while a study runs.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mgkit/core/recipe.hpp"
#include "mgkit/probe/baseline.hpp"
#include "mgkit/report/study.hpp"
#include "pipeline.hpp"
#include "split.hpp"

namespace mgfm {

/// Finished rows, kept in a file so that a study which was stopped goes on where it was. A row is
/// used again only if everything it was made of is equal.
class row_store {
public:
    /// `study` is what this study is made of, `data` and the version the parts of it without which
    /// no row can be used. An empty path keeps nothing. What a file of other data, of another
    /// version or of other settings means is in `notes`.
    /// Errors: a study of other settings that was not finished; a damaged file.
    row_store(std::string path, mgkit::recipe study, const mgkit::recipe& data);

    /// Whether a row is there, made of `made_of`; it is then one of this study's.
    bool has(mgkit::report::feature_kind kind, const std::string& stream, int fold,
             std::uint64_t seed, const mgkit::recipe& made_of);
    void add(mgkit::report::study_row row, const mgkit::recipe& made_of);
    /// The rows of this study, in the order in which they were asked for.
    std::vector<mgkit::report::study_row> rows() const;
    /// Notes that the study is complete.
    void finish();

    const std::vector<std::string>& notes() const { return notes_; }
    int used_again() const { return used_again_; }

private:
    struct stored {
        mgkit::report::study_row row;
        mgkit::recipe made_of;
    };
    void read(const mgkit::recipe& data);
    void write(bool finished);

    std::string path_;
    mgkit::recipe study_;
    std::map<std::string, stored> rows_;  ///< by kind, stream, fold, seed and digest
    std::vector<std::string> asked_;      ///< keys of this study's rows
    std::vector<std::string> notes_;
    int used_again_ = 0;
    bool written_ = false;
};

/// One side of a split with the views that baselines want.
struct side {
    mgkit::data::clip_set clips;

    std::vector<mgkit::probe::clip_view> views() const;
    /// The encoder's input itself, as features.
    mgkit::data::feature_table raw(const mgkit::encode::clip_input& input) const;
};

/// Both sides of one fold.
struct fold_sides {
    int fold = 0;
    side train, test;
    int threads = 1;
    std::string reference;  ///< how positions are taken, as the training side decided

    fold_sides() = default;
    /// Positions are those that the training side of this fold chooses; `stated` as in options.
    fold_sides(const corpus& from, const std::string& stated, const named_split& splits,
               std::size_t at, int thread_count);

    int classes() const { return train.clips.classes(); }
    /// A row of the test side without figures, with what the training side chose so far.
    mgkit::report::study_row row(mgkit::report::feature_kind kind, const std::string& stream,
                                 std::uint64_t seed) const;
    /// The majority class of the training side.
    mgkit::report::study_row majority(const std::string& stream) const;
};

/// A row and the answers behind it.
struct probed_row {
    mgkit::report::study_row row;
    mgkit::probe::evaluation linear;
};

/// k-NN and linear probe on features of both sides; `labels` are the training side's.
probed_row probed(const fold_sides& sides, mgkit::report::feature_kind kind,
                  const std::string& stream, std::uint64_t seed,
                  const mgkit::data::feature_table& train, const mgkit::data::feature_table& test,
                  std::span<const int> labels);

/// What a report says about the data; `folder` is where they lie, empty if generated.
mgkit::report::study_data describe(const corpus& from, const std::string& folder);

/// Settings that say which clips these are, and how they were read.
void add_identity(std::vector<mgkit::report::setting>& settings, const corpus& from,
                  const data_options& data);

/// Clips found again for a run that is reported later.
struct found_clips {
    mgkit::data::clip_set clips;
    bool same = true;  ///< as far as the run tells, they are the clips it had
};
/// The clips in `folder`, or the small generated ones where it is empty, read as the run with these
/// settings read its clips.
found_clips clips_of_run(const std::vector<mgkit::report::setting>& settings,
                         const std::string& folder);

/// Clips of each class.
std::vector<double> class_counts(const mgkit::data::clip_set& clips);

/// Clip i of a set, to be drawn.
mgkit::report::study_clip drawn(const mgkit::data::clip_set& clips, int i);

/// The nearest training clips of a few test clips, spread over the test side.
std::vector<mgkit::report::study_retrieval> examples(const fold_sides& sides,
                                                     const mgkit::data::feature_table& train,
                                                     const mgkit::data::feature_table& test,
                                                     int count, std::size_t hits);

}  // namespace mgfm

// Rows of a report: their computation, and their storage while a study runs.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mgkit/probe/baseline.hpp"
#include "mgkit/report/study.hpp"
#include "pipeline.hpp"
#include "split.hpp"

namespace mgfm {

/// Finished rows, kept in a file so that a study which was stopped goes on where it was.
class row_store {
public:
    /// `run` says what the rows belong to; an empty path keeps nothing.
    /// Errors: a file of another run, or a damaged one.
    row_store(std::string path, std::string run);

    bool has(mgkit::report::feature_kind kind, const std::string& stream, int fold,
             std::uint64_t seed) const;
    void add(mgkit::report::study_row row);
    const std::vector<mgkit::report::study_row>& rows() const { return rows_; }

private:
    std::string path_, run_;
    std::vector<mgkit::report::study_row> rows_;
    std::set<std::string> keys_;
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

// SPDX-License-Identifier: MIT
// Finished rows of a study, each with all that it was made of.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "mgkit/core/recipe.hpp"
#include "mgkit/study/row.hpp"

namespace MGKIT_NAMESPACE::study {

/// Rows in memory; with what `study/row_file.hpp` opens, in a file too, so that a study that was
/// stopped goes on where it was. A row is used again only if everything it was made of is equal.
class row_store {
public:
    struct entry {
        row result;
        recipe made_of;
    };
    /// Told of each change; `finished` where the study is complete.
    using keeper = std::function<void(const row_store&, bool finished)>;

    row_store() = default;
    /// Starts with rows of before. `finished` says that nothing was left to write of them.
    row_store(std::vector<entry> before, keeper keep, bool finished);

    /// Whether a row is there, made of `made_of`. It is then one of this study's, as is one that is
    /// asked for and added later.
    bool has(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed,
             const recipe& made_of);

    /// Adds a row, or replaces the one of the same parts. Errors: those of the keeper.
    void add(row result, const recipe& made_of);

    /// The rows of this study, in the order in which they were asked for.
    std::vector<row> rows() const;

    /// Notes that the study is complete. Errors: those of the keeper.
    void finish();

    /// All rows, those of other studies included, by their keys.
    const std::map<std::string, entry>& entries() const { return entries_; }
    int used_again() const { return used_again_; }
    int added() const { return added_; }

    std::vector<std::string> notes;  ///< what became of rows of before, for a person

private:
    static std::string key(feature_kind kind, const std::string& stream, int fold,
                           std::uint64_t seed, const recipe& made_of);
    static std::string key(const row& r, const recipe& made_of) {
        return key(r.features, r.stream, r.fold, r.seed, made_of);
    }

    void write(bool finished);

    keeper keep_;
    std::map<std::string, entry> entries_;
    std::vector<std::string> asked_;
    int used_again_ = 0, added_ = 0;
    bool written_ = false;
};

}  // namespace MGKIT_NAMESPACE::study

#if !defined(MGKIT_COMPILED)
#include "mgkit/study/rows-inl.hpp"
#endif

// Finished rows of a study, each with all that it was made of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
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
    row_store(std::vector<entry> before, keeper keep, bool finished)
        : keep_(std::move(keep)), written_(finished) {
        for (entry& one : before) {
            std::string at = key(one.result, one.made_of);
            entries_.emplace(std::move(at), std::move(one));
        }
    }

    /// Whether a row is there, made of `made_of`. It is then one of this study's, as is one that is
    /// asked for and added later.
    bool has(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed,
             const recipe& made_of) {
        std::string wanted = key(kind, stream, fold, seed, made_of);
        const bool found = entries_.contains(wanted);
        if (std::find(asked_.begin(), asked_.end(), wanted) == asked_.end()) {
            asked_.push_back(std::move(wanted));
            used_again_ += found;
        }
        return found;
    }

    /// Adds a row, or replaces the one of the same parts. Errors: those of the keeper.
    void add(row result, const recipe& made_of) {
        has(result.features, result.stream, result.fold, result.seed, made_of);
        std::string at = key(result, made_of);
        entries_.insert_or_assign(std::move(at), entry{std::move(result), made_of});
        ++added_;
        write(false);
    }

    /// The rows of this study, in the order in which they were asked for.
    std::vector<row> rows() const {
        std::vector<row> out;
        for (const std::string& wanted : asked_) {
            const auto found = entries_.find(wanted);
            if (found != entries_.end()) out.push_back(found->second.result);
        }
        return out;
    }

    /// Notes that the study is complete. Errors: those of the keeper.
    void finish() {
        if (!written_) write(true);
    }

    /// All rows, those of other studies included, by their keys.
    const std::map<std::string, entry>& entries() const { return entries_; }
    int used_again() const { return used_again_; }
    int added() const { return added_; }

    std::vector<std::string> notes;  ///< what became of rows of before, for a person

private:
    static std::string key(feature_kind kind, const std::string& stream, int fold,
                           std::uint64_t seed, const recipe& made_of) {
        return text(name(kind), "/", stream, "/", fold, "/", seed, "/", made_of.key().hex());
    }
    static std::string key(const row& r, const recipe& made_of) {
        return key(r.features, r.stream, r.fold, r.seed, made_of);
    }

    void write(bool finished) {
        written_ = finished;
        if (keep_) keep_(*this, finished);
    }

    keeper keep_;
    std::map<std::string, entry> entries_;
    std::vector<std::string> asked_;
    int used_again_ = 0, added_ = 0;
    bool written_ = false;
};

}  // namespace MGKIT_NAMESPACE::study

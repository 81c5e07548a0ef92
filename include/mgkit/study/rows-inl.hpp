// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/rows.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/core/error.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE row_store::row_store(std::vector<entry> before, keeper keep, bool finished)
    : keep_(std::move(keep)), written_(finished) {
    for (entry& one : before) {
        std::string at = key(one.result, one.made_of);
        entries_.emplace(std::move(at), std::move(one));
    }
}

MGKIT_COLD_INLINE bool row_store::has(feature_kind kind, const std::string& stream, int fold,
                                      std::uint64_t seed, const recipe& made_of) {
    std::string wanted = key(kind, stream, fold, seed, made_of);
    const bool found = entries_.contains(wanted);
    if (std::find(asked_.begin(), asked_.end(), wanted) == asked_.end()) {
        asked_.push_back(std::move(wanted));
        used_again_ += found;
    }
    return found;
}

MGKIT_COLD_INLINE void row_store::add(row result, const recipe& made_of) {
    has(result.features, result.stream, result.fold, result.seed, made_of);
    std::string at = key(result, made_of);
    entries_.insert_or_assign(std::move(at), entry{std::move(result), made_of});
    ++added_;
    write(false);
}

MGKIT_COLD_INLINE std::vector<row> row_store::rows() const {
    std::vector<row> out;
    for (const std::string& wanted : asked_) {
        const auto found = entries_.find(wanted);
        if (found != entries_.end()) out.push_back(found->second.result);
    }
    return out;
}

MGKIT_COLD_INLINE void row_store::finish() {
    if (!written_) write(true);
}

MGKIT_COLD_INLINE std::string row_store::key(feature_kind kind, const std::string& stream, int fold,
                                             std::uint64_t seed, const recipe& made_of) {
    return text(name(kind), "/", stream, "/", fold, "/", seed, "/", made_of.key().hex());
}

MGKIT_COLD_INLINE void row_store::write(bool finished) {
    written_ = finished;
    if (keep_) keep_(*this, finished);
}

}  // namespace MGKIT_NAMESPACE::study

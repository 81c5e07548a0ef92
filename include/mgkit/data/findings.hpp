// SPDX-License-Identifier: MIT
// What reading assumed, guessed, left out or repaired: counted, and told to whoever uses the
// result. infrastructure
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::data {

/// What happened to the data. None is an error; whoever wants a refusal instead reads with
/// `read_policy::strict`.
enum class finding_kind {
    assumed,   ///< the data does not say; a convention was followed
    guessed,   ///< derived from the data, could be wrong
    left_out,  ///< not part of the result
    repaired,  ///< part of the result in another form
    suspect    ///< taken as it stands, looks wrong
};

/// "assumed", "guessed", "left out", "repaired", "suspect".
std::string_view name(finding_kind kind);

/// One kind of thing found in one recording, or in a collection as a whole.
struct finding {
    finding_kind kind = finding_kind::assumed;
    std::string code;   ///< for programs: "missing_frames"
    std::string words;  ///< behind the count, a plural first: "frame numbers missing, read as ..."
    std::string recording;  ///< empty: of the whole
    std::int64_t count = 0;
    std::vector<int> frames;  ///< the first few where it was found, rising; empty: of no frame

    friend bool operator==(const finding&, const finding&) = default;
};

/// Findings on their way from a reader to the result: through the choice of a person, sampling,
/// cutting and probing, into the text and the JSON of what was made. Equal codes and words of one
/// recording are one finding with a count. Cost: linear in the number of distinct findings.
class findings {
public:
    /// Frames that a finding keeps at most.
    static constexpr std::size_t kept_frames = 8;

    /// Counts `count` of something at `frame`, -1 for none. Nothing where the count is 0.
    void add(finding_kind kind, std::string_view code, std::string_view words,
             std::int64_t count = 1, int frame = -1);
    void add(finding one);
    /// Counts what another part found, kept under its own recordings.
    void append(const findings& other);
    /// Those of no recording yet become those of `recording`.
    void name_recording(std::string_view recording);

    const std::vector<finding>& all() const { return all_; }
    bool empty() const { return all_.empty(); }
    /// How many of a code, over all recordings.
    std::int64_t count(std::string_view code) const;

    /// One sentence per code, over all recordings:
    /// "left out: 3 joints without a finite value, in 2 recordings, first talk, frames 5, 7, ...".
    std::vector<std::string> sentences() const;

    friend bool operator==(const findings&, const findings&) = default;

private:
    std::vector<finding> all_;
};

}  // namespace MGKIT_NAMESPACE::data

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/findings-inl.hpp"
#endif

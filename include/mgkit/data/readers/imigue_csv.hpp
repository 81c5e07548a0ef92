// SPDX-License-Identifier: MIT
// The skeleton files of the iMiGUE release.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/detections.hpp"
#include "mgkit/data/read_policy.hpp"
#include "mgkit/data/recording.hpp"

namespace MGKIT_NAMESPACE::data::readers {

/// `ID_light_hand.csv`: a row per frame, an index and then 35 joints of x, y, score.
///
/// The joints are BODY_25 and five finger points of each hand; the 22 of `skeleton::imigue22` are
/// kept. `ID_light.csv` without fingers (25 joints) is read too, the fingers not seen. A first line
/// of names and blank lines are skipped; fields may be quoted; an empty one, `nan` or `NA` is a
/// value that is missing. A joint of score 0 or less was not seen, a row without any joint has
/// nobody. Where the first column rises in whole numbers it numbers the frames, from 0 on, or from
/// 1 where the first row is 1; numbers left out are frames without anybody. Else, and where it
/// leaves out more than may be missing, rows are frames.
/// The release does not say which finger block is which hand: see
/// `skeleton::finger_blocks_swapped`. Errors: mgkit::error naming file, frame and field. Cost: one
/// pass, memory for the numbers.
struct imigue_csv {
    static constexpr std::string_view name = "imigue_csv";
    static constexpr std::string_view extension = "_light_hand.csv";
    static constexpr bool one_person = true;
    static constexpr std::string_view describes =
        "iMiGUE's ID_light_hand.csv: rows of an index and 35 joints";

    bool recognises(const std::string& path) const;
    /// What keeps `path` from being this format, in a sentence; empty for anything quite different.
    static std::string almost(const std::string& path);
    std::vector<std::string> list(const std::string& path) const { return {called(path)}; }
    detections read(const std::string& path, std::size_t index,
                    const read_policy& policy = {}) const;
    /// The text of such a file; `where` names it in errors.
    static detections parse(std::string_view csv, const std::string& where,
                            const read_policy& policy = {});
    /// Writes 35 joints, those that `imigue22` lacks as 0. A recording of `upper_body` is
    /// converted, its finger tips becoming the finger points. Without confidence scores are 1.
    void write(const std::string& path, const recording& one) const;

    /// Where the joints of `imigue22` stand among the 35.
    static constexpr std::array<std::size_t, 22> stored{0,  1,  2,  3,  4,  5,  6,  7,  15, 16, 17,
                                                        18, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34};
    static constexpr std::size_t columns = 1 + 3 * 35, columns_without_hands = 1 + 3 * 25;

private:
    static std::string called(const std::string& path);
};

}  // namespace MGKIT_NAMESPACE::data::readers

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/imigue_csv-inl.hpp"
#endif

// SPDX-License-Identifier: MIT
// Who is interviewed: the traits of one person, and which recordings are whose.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mgkit/core/random.hpp"
#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/detail/geometry.hpp"
#include "mgkit/data/interview/micro_gestures.hpp"
#include "mgkit/data/interview/settings.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Where the hands are when nothing happens.
enum class rest_pose { on_desk, clasped, one_at_face };

/// Lengths in shoulder widths, so the shoulders themselves are always 1 apart.
struct proportions {
    double upper_arm = 0.80;
    double forearm = 0.68;
    double hand = 1;  ///< scale of a hand whose middle finger ends .42 from the wrist
    double head = 1;  ///< scale of head and neck
    double torso = 1.35;
    double hip = 0.33;    ///< half the distance between the hips
    double mouth = 0.07;  ///< half the width of the mouth
    double lips = 0.02;   ///< the gap of a closed, relaxed mouth
};

/// Drawn once per subject, kept in all of his recordings.
struct subject {
    int id = 0;
    double width = 0;  ///< pixels of a shoulder width
    proportions body;
    rest_pose rest = rest_pose::on_desk;
    bool left_handed = false;
    double tempo = 1;                           ///< movements take 1 / tempo of the usual time
    double amplitude = 1;                       ///< how large this person gestures
    double head_pitch = 0, lean = 0;            ///< habitual, radians
    std::array<detail::vec3, 2> rest_offset{};  ///< of the resting hands, left and right
    std::array<double, class_count> log_rate{};
};

/// Traits of subject `id`. Randomness: keyed by seed and id alone. Cost: constant.
inline subject make_subject(const settings& s, int id) {
    random_stream random({s.seed, 0, static_cast<std::uint32_t>(id)}, "interview/subject");
    subject out;
    out.id = id;
    out.width = random.uniform(s.width_low, s.width_high);
    for (double* part : {&out.body.upper_arm, &out.body.forearm, &out.body.hand, &out.body.head,
                         &out.body.torso, &out.body.hip})
        *part *= detail::bounded_normal(random, 1, s.limb_deviation, 3);
    out.body.mouth *= detail::bounded_normal(random, 1, 2 * s.limb_deviation, 3);
    out.body.lips *= detail::lognormal(random, 0, 0.3);
    const double which = random.uniform();
    out.rest = which < s.rest_clasped                    ? rest_pose::clasped
               : which < s.rest_clasped + s.rest_at_face ? rest_pose::one_at_face
                                                         : rest_pose::on_desk;
    out.left_handed = random.uniform() < 0.1;
    out.tempo = detail::lognormal(random, 0, s.tempo_deviation);
    out.amplitude = detail::lognormal(random, 0, 0.1);
    out.head_pitch = 0.06 * random.normal();
    out.lean = 0.03 * random.normal();
    for (detail::vec3& offset : out.rest_offset)
        offset = {0.16 * random.normal(), 0.05 * random.normal(), 0.14 * random.normal()};
    for (double& rate : out.log_rate) rate = s.subject_deviation * random.normal();
    return out;
}

/// Which subject a recording shows, and the side of the split that subject is on.
struct casting {
    int subject = 0;
    bool test = false;
};

/// Subjects in order, each with as many recordings as players of iMiGUE have videos (2 to 18, from
/// its table of 72 players); a subject is on one side of the split. The last subject gets what is
/// left, one recording at least; everyone before does not depend on how many there are.
/// Cost: linear in the recordings.
inline std::vector<casting> cast_recordings(const settings& s) {
    struct bin {
        int videos;
        double players;
    };
    constexpr std::array<bin, 12> players{{{2, 23},
                                           {3, 13},
                                           {4, 7},
                                           {5, 7},
                                           {6, 3},
                                           {7, 4},
                                           {8, 2},
                                           {9, 5},
                                           {11, 3},
                                           {12, 3},
                                           {17, 1},
                                           {18, 1}}};
    std::array<double, players.size()> weights{};
    for (std::size_t k = 0; k < players.size(); ++k) weights[k] = players[k].players;
    random_stream side({s.seed}, "interview/split");
    const double phase = side.uniform();
    std::vector<casting> out;
    out.reserve(static_cast<std::size_t>(s.recordings));
    for (int id = 1; static_cast<int>(out.size()) < s.recordings; ++id) {
        random_stream random({s.seed, 0, static_cast<std::uint32_t>(id)}, "interview/videos");
        const int videos = players[detail::choose(random, weights)].videos;
        // Every so many subjects one is tested, so that small corpora have both sides.
        const bool test = std::floor(id * s.test_subjects + phase) >
                          std::floor((id - 1) * s.test_subjects + phase);
        for (int k = 0; k < videos && static_cast<int>(out.size()) < s.recordings; ++k)
            out.push_back({id, test});
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview

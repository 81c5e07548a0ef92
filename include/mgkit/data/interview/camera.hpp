// SPDX-License-Identifier: MIT
// From shoulder widths to pixels: one camera per recording, drifting a little.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "mgkit/data/interview/detail/distributions.hpp"
#include "mgkit/data/interview/detail/figure.hpp"
#include "mgkit/data/interview/detail/motion.hpp"
#include "mgkit/data/interview/settings.hpp"

namespace MGKIT_NAMESPACE::data::interview {

/// Weak perspective of a figure turned by `yaw`; the desk hides what lies below its edge.
struct camera {
    double width = 0;     ///< pixels of a shoulder width
    double yaw = 0;       ///< radians; positive turns the person to his left
    double x = 0, y = 0;  ///< pixels of the figure's origin
    double desk = 0;      ///< pixels; what is below is hidden. Below the image: no desk
    double zoom_drift = 0, shear_drift = 0;  ///< largest relative change
    std::array<double, 4> hertz{}, phase{};  ///< of two slow waves each

    struct point {
        double x = 0, y = 0;
        double depth = 0;  ///< shoulder widths towards the camera
    };

    double zoom(double t) const { return 1 + zoom_drift * wave(t, 0); }
    double shear(double t) const { return shear_drift * wave(t, 2); }

    point project(const detail::vec3& p, double zoom_now, double shear_now) const {
        const double c = std::cos(yaw), s = std::sin(yaw);
        const double across = c * p.x + s * p.z, towards = -s * p.x + c * p.z;
        const double scale = width * zoom_now;
        return {x + scale * across, y - scale * (p.y + shear_now * across), towards};
    }

private:
    double wave(double t, std::size_t k) const {
        return 0.6 * std::sin(detail::two_pi * hertz[k] * t + phase[k]) +
               0.4 * std::sin(detail::two_pi * hertz[k + 1] * t + phase[k + 1]);
    }
};

/// The camera of one recording. Randomness: `random`.
inline camera make_camera(const settings& s, double width, random_stream random) {
    camera out;
    out.width = width;
    out.yaw = s.yaw_degrees * detail::two_pi / 360 * random.uniform(-1, 1);
    out.x = image_width / 2.0 + 90 * random.normal();
    // Room for the head above and for the hands below.
    out.y = std::max(1.08 * width + 10, random.uniform(280, 400));
    const double edge = random.uniform(-0.98, -0.72);
    const bool has_desk = random.uniform() < s.desk_share;
    out.desk = has_desk ? out.y - width * edge : 2.0 * image_height;
    out.zoom_drift = s.camera_drift * random.uniform();
    out.shear_drift = s.camera_drift * random.uniform();
    for (std::size_t k = 0; k < out.hertz.size(); ++k) {
        out.hertz[k] = random.uniform(0.005, 0.05);
        out.phase[k] = detail::two_pi * random.uniform();
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data::interview

// SPDX-License-Identifier: MIT
// Samplers on top of a counter-based stream: the same draws with every standard library.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "mgkit/core/random.hpp"

namespace MGKIT_NAMESPACE::data::interview::detail {

/// exp(N(log_median, deviation)).
inline double lognormal(random_stream& random, double log_median, double deviation) {
    return std::exp(log_median + deviation * random.normal());
}

inline double exponential(random_stream& random, double mean) {
    return -mean * std::log((random.bits() + 1.0) * 0x1p-32);
}

/// N(mean, deviation) held within `most` deviations, for sizes that must stay positive.
inline double bounded_normal(random_stream& random, double mean, double deviation, double most) {
    return mean + deviation * std::clamp(random.normal(), -most, most);
}

/// Gamma of any positive shape and scale 1. Source: Marsaglia and Tsang, "A simple method for
/// generating gamma variables" (2000), with their power of a uniform below shape 1.
inline double gamma(random_stream& random, double shape) {
    if (shape < 1) {
        const double u = (random.bits() + 1.0) * 0x1p-32;
        return gamma(random, shape + 1) * std::pow(u, 1 / shape);
    }
    const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = random.normal(), root = 1 + c * x;
        const double u = (random.bits() + 1.0) * 0x1p-32;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

/// Index drawn in proportion to non-negative weights of a positive sum.
inline std::size_t choose(random_stream& random, std::span<const double> weights) {
    double sum = 0;
    for (const double w : weights) sum += w;
    double left = sum * random.uniform();
    for (std::size_t k = 0; k + 1 < weights.size(); ++k) {
        left -= weights[k];
        if (left < 0) return k;
    }
    return weights.size() - 1;
}

/// Moments of a Poisson process on [0, length), in order.
inline std::vector<double> arrivals(random_stream& random, double per_second, double length) {
    std::vector<double> out;
    if (!(per_second > 0)) return out;
    for (double t = exponential(random, 1 / per_second); t < length;
         t += exponential(random, 1 / per_second))
        out.push_back(t);
    return out;
}

/// Standard normals two at a time, for noise that every joint of every frame needs.
class normals {
public:
    explicit normals(random_stream random) : random_(random) {}
    double operator()() {
        if (kept_) {
            kept_ = false;
            return spare_;
        }
        const double radius = std::sqrt(-2.0 * std::log((random_.bits() + 1.0) * 0x1p-32));
        const double angle = 6.283185307179586476925 * random_.uniform();
        spare_ = radius * std::sin(angle);
        kept_ = true;
        return radius * std::cos(angle);
    }

private:
    random_stream random_;
    double spare_ = 0;
    bool kept_ = false;
};

/// Stationary first-order process of deviation 1: an Ornstein-Uhlenbeck process seen every `step`.
class wander {
public:
    wander(double step, double tau, double first)
        : keep_(std::exp(-step / tau)), add_(std::sqrt(1 - keep_ * keep_)), value_(first) {}
    double operator()(normals& draw) { return value_ = keep_ * value_ + add_ * draw(); }

private:
    double keep_, add_, value_;
};

/// Turns a standard normal into a Beta(a, b) of the same rank, so that a smooth process becomes a
/// confidence with that distribution. a, b >= 1. Cost: a table of 1025 entries, made once.
class beta_of_normal {
public:
    beta_of_normal(double a, double b) : table_(size + 1) {
        constexpr int steps = 8192;
        std::vector<double> below(steps + 1, 0.0);
        const auto density = [&](double x) { return std::pow(x, a - 1) * std::pow(1 - x, b - 1); };
        for (int i = 0; i < steps; ++i)
            below[static_cast<std::size_t>(i) + 1] =
                below[static_cast<std::size_t>(i)] + density((i + 0.5) / steps);
        std::size_t at = 0;
        for (int i = 0; i <= size; ++i) {
            const double z = reach * (2.0 * i / size - 1);
            const double wanted = 0.5 * std::erfc(-z / std::sqrt(2.0)) * below.back();
            while (at + 1 < below.size() - 1 && below[at + 1] < wanted) ++at;
            const double span = below[at + 1] - below[at];
            const double part = span > 0 ? std::clamp((wanted - below[at]) / span, 0.0, 1.0) : 0.0;
            table_[static_cast<std::size_t>(i)] = (static_cast<double>(at) + part) / steps;
        }
    }
    double operator()(double z) const {
        const double place = std::clamp((z / reach + 1) * (size / 2.0), 0.0, size - 1e-9);
        const auto low = static_cast<std::size_t>(place);
        const double part = place - static_cast<double>(low);
        return table_[low] + part * (table_[low + 1] - table_[low]);
    }

private:
    static constexpr int size = 1024;
    static constexpr double reach = 5;
    std::vector<double> table_;
};

}  // namespace MGKIT_NAMESPACE::data::interview::detail

// SPDX-License-Identifier: MIT
// The student's likeness to a queue beside the teacher's: by direct computation, and what cannot
// matter.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/loss/similarity_distribution.hpp"
#include "mgkit/testing/gradient_check.hpp"
#include "nn/leaves.hpp"

using namespace mgkit;

namespace likeness {

using T = eigen::tensor<double>;
using X = variable<T>;

constexpr extent clip_rows = 3, queued = 7;

std::vector<double> cosines(const char* what) {
    random_stream draws({2}, what);
    std::vector<double> out;
    for (extent i = 0; i < clip_rows * queued; ++i) out.push_back(draws.uniform(-1, .9));
    return out;
}
T on_backend(context& ctx, const std::vector<double>& values) {
    return backend_traits<T>::from_host(ctx, values, {clip_rows, queued});
}
double loss_of(context& ctx, const std::vector<double>& student, const std::vector<double>& teacher,
               const loss::similarity_settings& s = {}) {
    return nn::host_values(ctx, loss::similarity_distribution(
                                    ctx, on_backend(ctx, student), on_backend(ctx, teacher),
                                    mgkit::constant<T>(ctx, {queued}, 1), s))
        .at(0);
}

}  // namespace likeness

TEST_CASE("the student's distribution beside the teacher's is their divergence", "[loss][quick]") {
    using namespace likeness;
    context ctx;
    const auto student = cosines("student"), teacher = cosines("teacher");
    double expected = 0;
    constexpr std::size_t kept = 4, all = queued;
    for (std::size_t n = 0; n < clip_rows; ++n) {
        std::vector<std::size_t> order(all);
        for (std::size_t i = 0; i < all; ++i) order[i] = n * all + i;
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return teacher[a] > teacher[b]; });
        double p = 0, q = 0;
        for (std::size_t i = 0; i < kept; ++i) {
            p += std::exp(teacher[order[i]] / .04);
            q += std::exp(student[order[i]] * student[order[i]] / .1);
        }
        for (std::size_t i = 0; i < kept; ++i) {
            const double share = std::exp(teacher[order[i]] / .04) / p,
                         given = std::exp(student[order[i]] * student[order[i]] / .1) / q;
            expected += share * std::log(share / given) / clip_rows;
        }
    }
    CHECK(loss_of(ctx, student, teacher, {.nearest = kept}) == Approx(expected));
    // More than there are is all; the sign of the student's cosines does not matter.
    CHECK(loss_of(ctx, student, teacher) == loss_of(ctx, student, teacher, {.nearest = queued}));
    auto turned = student;
    std::transform(turned.begin(), turned.end(), turned.begin(), std::negate<>());
    CHECK(loss_of(ctx, turned, teacher) == loss_of(ctx, student, teacher));
    // What the teacher takes for the clip itself is as unlike as can be.
    auto same = teacher, unlike = teacher;
    same[2] = .97;
    unlike[2] = -1;
    CHECK(loss_of(ctx, student, same) == loss_of(ctx, student, unlike));
    CHECK_REFUSED(loss_of(ctx, student, teacher, {.nearest = 0}), "one row or more that counts");
}

TEST_CASE("rows of a queue that hold nothing do not count", "[loss][quick]") {
    using namespace likeness;
    context ctx;
    const auto student = cosines("student"), teacher = cosines("teacher");
    std::vector<double> present(queued, 1), short_student, short_teacher;
    present[0] = present[1] = 0;
    for (std::size_t i = 0; i < student.size(); ++i)
        if (i % queued > 1) {
            short_student.push_back(student[i]);
            short_teacher.push_back(teacher[i]);
        }
    const auto value = [&](const std::vector<double>& s, const std::vector<double>& t,
                           const std::vector<double>& held) {
        const shape extents{clip_rows, static_cast<extent>(held.size())};
        return nn::host_values(ctx, loss::similarity_distribution(
                                        ctx, backend_traits<T>::from_host(ctx, s, extents),
                                        backend_traits<T>::from_host(ctx, t, extents),
                                        backend_traits<T>::from_host(
                                            ctx, held, {static_cast<extent>(held.size())})))
            .at(0);
    };
    CHECK(value(student, teacher, present) ==
          Approx(value(short_student, short_teacher, std::vector<double>(queued - 2, 1))));
}

TEST_CASE("similarity distribution: gradients by central differences", "[loss]") {
    using namespace likeness;
    context ctx;
    const T teacher = on_backend(ctx, cosines("teacher")),
            ones = mgkit::constant<T>(ctx, {queued}, 1);
    struct student_rows {
        using tensor_type = T;
        parameter<T> rows;
        static constexpr auto fields() {
            return nn::members(nn::field("rows", &student_rows::rows));
        }
    } model{{on_backend(ctx, cosines("student"))}};
    const auto of = [&]<operand V>(context& c, const std::vector<V>&) -> V {
        return loss::similarity_distribution(c, use<V>(model.rows), teacher, ones, {.nearest = 4});
    };
    const auto report = testing::gradient_check(ctx, model, of, std::vector<T>{teacher},
                                                {.samples = 21, .constants = 1});
    CAPTURE(report.where);
    CHECK(report.worst < 1e-6);
    CHECK(report.checked >= 21);
}
